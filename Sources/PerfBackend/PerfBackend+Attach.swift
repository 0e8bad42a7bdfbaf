internal import CPerfEvent
internal import Glibc
internal import LinuxSupport
internal import PerfmonEngine
internal import PerfmonModel
internal import PrivilegeSupport
internal import SystemPackage

/// Loading: from a request to open events.
extension PerfBackend {
    func attach(_ request: AttachRequest) throws(PfmError) -> any CounterSession {
        try open(request)
    }

    /// One for a thread or a CPU; one for each CPU when a thread is sampled together with its
    /// children, which the kernel does only there.
    func placements(for request: AttachRequest) throws(PfmError) -> [Placement] {
        let whole = Placement(request.target)
        guard request.samplesFamily, let tid = whole.thread else { return [whole] }
        return kernel.onlineCPUs.sorted().map { Placement(thread: tid, cpu: $0) }
    }

    /// A gate, the counters and perhaps a trigger for each set; a ring; a pidfd or a timer.
    func descriptors(for request: AttachRequest) -> Int {
        let isThread = Self.isThread(request.target)
        let triggers = isThread && !request.inherit
        var count = 0
        for set in request.sets {
            count += 1 + set.counters.count + (set.timeout != nil && triggers ? 1 : 0)
        }
        if request.samplesFamily {
            // On each CPU, with a ring there.
            count = (count + 1) * kernel.onlineCPUs.count
        }
        let samples = request.sets.contains { set in
            set.timeout != nil && triggers || set.counters.contains { $0.distance != nil }
        }
        let letsGoOfRing = isThread && request.inherit && !request.samplesFamily
        if isThread && !letsGoOfRing || samples { count += 1 }
        if isThread { count += 1 }
        if !triggers, request.sets.contains(where: { $0.timeout != nil }) { count += 1 }
        return count
    }

    /// `attach`, with the type that this backend's own code needs.
    func open(_ request: AttachRequest) throws(PfmError) -> PerfSession {
        try check(request)
        try requireVisible(request.client)
        // The thread is seized under this number, perhaps before the request is carried out again.
        let serial = answers.keep("serial") { nextSerial() }
        var opening = opening(for: request, serial: serial)
        // From here on the thread's number means this thread, or nothing once it is gone.
        let thread = try thread(of: request.target)
        var selected: [perf_event_attr] = []
        for program in request.sets {
            selected += try opening.members(program)
        }
        for attributes in selected { holders.retain(attributes) }
        var isComplete = false
        defer {
            if !isComplete {
                for attributes in selected { holders.release(attributes) }
            }
        }
        let identities = ClientIdentity.all(of: request.client)
        // The ring is opened before the client's rights are checked, and looked at after the last
        // event is opened: a program with other credentials takes the ring from the thread. So
        // the answer is about the very program that is counted.
        let isFamily = request.samplesFamily
        let samples = request.sets.contains { opening.samples($0) }
        if thread != nil || samples {
            try openRing(
                opening.output,
                request.target,
                pages: samples && !isFamily ? Self.ringPages(isBuffered: request.isBuffered) : 1
            )
        }
        let witness = try witness(for: identities, request.target)
        let granted = try authorise(identities, request, request.sets)
        let letsGoOfRing = request.inherit && !isFamily && hasPidfd(thread)
        if letsGoOfRing {
            opening.askAgain = { [unowned self, witness = opening.witness] () throws(PfmError) in
                let first = try self.witness(for: identities, request.target)
                try openRing(witness, request.target, pages: 1)
                try authoriseTarget(identities, request)
                try requireCurrent(first)
            }
        }
        // Seized before the first event is opened: untraced, its thread would not survive it.
        let hold = try hold(request, serial: serial)
        var lanes: [PerfLane] = []
        if isFamily {
            for placement in try placements(for: request) {
                let output = PerfOutput(tellsProcesses: request.wantsProcesses)
                try openRing(
                    output,
                    request.target,
                    at: placement,
                    pages: Self.ringPages(isBuffered: true)
                )
                lanes.append(try PerfLane(request.sets, opening.at(placement, output)))
            }
        } else {
            lanes.append(try PerfLane(request.sets, opening))
        }
        let session = PerfSession(
            request,
            serial: serial,
            backend: self,
            opening: opening,
            identities: identities,
            granted: granted,
            lanes: lanes,
            thread: thread,
            timer: try timer(for: request, opening),
            held: selected,
            hold: hold
        )
        isComplete = true
        guard session.isTargetCurrent, !opening.output.hasHungUp else {
            session.detach()
            throw PfmError(.noSuchProcess, "\(request.target) has exited")
        }
        do throws(PfmError) {
            try requireCurrent(witness)
        } catch {
            session.detach()
            throw error
        }
        // The ring's event cannot be inherited, and one such event keeps the kernel from handing
        // all the others from thread to thread at a switch: counting would cost half as much again.
        if letsGoOfRing { opening.witness.close() }
        try watch(session)
        return session
    }

    /// A ring on the thread that a client asks for, opened before the kernel is asked whether the
    /// client may count it. It tells whether the answer, which comes later, is still about the
    /// program that runs; nil where the answer comes at once.
    func witness(
        for identities: [ClientIdentity],
        _ target: Target
    ) throws(PfmError) -> PerfOutput? {
        guard answers.canPark, Self.isThread(target), !identities.allSatisfy(\.isTrusted) else {
            return nil
        }
        return try answers.keep("witness of \(target)") { () throws(PfmError) in
            let witness = PerfOutput(tellsProcesses: false)
            try openRing(witness, target, pages: 1)
            return witness
        }
    }

    private func requireCurrent(_ witness: PerfOutput?) throws(PfmError) {
        guard let witness, witness.hasHungUp else { return }
        throw PfmError(
            .noSuchProcess,
            "the thread has exited, or executes a program with other credentials"
        )
    }

    private func hasPidfd(_ thread: borrowing ThreadHandle?) -> Bool {
        switch thread {
        case .some(let thread): thread.pidfd != nil
        case nil: false
        }
    }

    /// Pages of a ring that holds samples. A notified session reads each sample at once, a
    /// buffered one when half of the ring is full.
    static func ringPages(isBuffered: Bool) -> Int {
        isBuffered ? 256 : 16
    }

    static let inheritedOverflow = PfmError(
        .notSupported,
        "counters that follow children can overflow only into a sampling buffer, again and again "
            + "at the same distance",
        remedy: .steadyPeriodWithFormat
    )

    private func check(_ request: AttachRequest) throws(PfmError) {
        guard !request.samplesFamily || request.isBuffered else { throw Self.inheritedOverflow }
        if request.holdAtOverflow, !Self.isThread(request.target) {
            throw PfmError(.invalidArgument, "only a thread can be held at its overflows")
        }
    }

    /// The kernel names a client by 0 where it cannot be seen from this program's pid namespace.
    private func requireVisible(_ client: Client) throws(PfmError) {
        guard client.tid <= 0 else { return }
        throw PfmError(
            .notPermitted,
            "the command came from outside of the pid namespace of pfmfs, so nothing is known of "
                + "the rights behind it",
            hint: "run pfmfs in the pid namespace of the whole machine"
        )
    }

    private func thread(of target: Target) throws(PfmError) -> ThreadHandle? {
        guard let tid = target.thread else {
            let online = kernel.onlineCPUs
            for number in target.cpus ?? [] where !online.contains(number) {
                throw PfmError(
                    .invalidArgument,
                    "CPU \(number) is not online",
                    hint: "online are \(CPUNumbers.text(online))"
                )
            }
            return nil
        }
        let handle = try ThreadHandle(tid, usesPidfd: usesThreadPidfds)
        guard ThreadStat(ofThread: tid)?.isOfKernel != true else {
            throw PfmError(
                .notPermitted,
                "thread \(tid) is the kernel's own, and only programs can be monitored",
                hint: "a system-wide context counts the kernel's threads too",
                subject: String(tid)
            )
        }
        return handle
    }

    private func hold(_ request: AttachRequest, serial: UInt64) throws(PfmError) -> PerfHold? {
        guard request.holdAtOverflow, let tid = request.target.thread else { return nil }
        let tracer = self.tracer ?? HoldTracer(kick: kick)
        self.tracer = tracer
        let outcome: Result<Seizure, Errno>
        do throws(Unanswered) {
            outcome = try answers.answer("seizure of \(tid)") {
                Lookup(.waiting, lane: UInt64(request.client.uid), limit: Seizure.limit) {
                    Seizure.result(of: tid, session: serial, by: tracer)
                }
            }
        } catch {
            throw PfmError(error, "taking hold of thread \(tid)")
        }
        do throws(Errno) {
            return PerfHold(try outcome.get())
        } catch {
            throw seizureRefusal(error, tid)
        }
    }

    private func seizureRefusal(_ code: Errno, _ tid: Int32) -> PfmError {
        guard code != .resourceTemporarilyUnavailable else {
            return PfmError(.late, "taking hold of thread \(tid)")
        }
        guard code == .notPermitted else {
            return PfmError(.noSuchProcess, "thread \(tid) has exited")
        }
        let status = ThreadStatus(ofThread: tid)
        if status?.processID == getpid() {
            return PfmError(.resourceBusy, "pfmfs cannot hold a thread of its own")
        }
        let tracer: Int32 = status?.number("TracerPid") ?? 0
        guard tracer == 0 else {
            let process = ThreadStatus(ofThread: tracer)?.processID ?? tracer
            return PfmError(
                .resourceBusy,
                "thread \(tid) is traced by process \(process), and only one can hold it",
                hint: "leave out 'notify_block', or end the debugger"
            )
        }
        return PfmError(
            .notPermitted,
            "the kernel does not let pfmfs trace thread \(tid)",
            hint: "pfmfs needs CAP_SYS_PTRACE for 'notify_block'"
        )
    }

    private func timer(
        for request: AttachRequest,
        _ opening: PerfOpening
    ) throws(PfmError) -> PerfSetTimer? {
        guard !opening.countsTimeouts, request.sets.contains(where: { $0.timeout != nil }) else {
            return nil
        }
        do throws(Errno) {
            return try PerfSetTimer()
        } catch {
            throw PfmError(.tooManyOpenFilesInSystem, "no timer for the sets' time-outs: \(error)")
        }
    }

    /// Opens a ring for a session's samples and for the end of its thread.
    private func openRing(
        _ output: PerfOutput,
        _ target: Target,
        at placement: Placement? = nil,
        pages: Int
    ) throws(PfmError) {
        let place = placement ?? Placement(target)
        do throws(Errno) {
            try output.open(
                tid: place.tid,
                cpu: place.cpuNumber,
                pages: pages,
                inherit: placement != nil
            )
        } catch {
            if pages == 1, error == .notPermitted || error == .noMemory {
                // No locked memory is left to an unprivileged pfmfs; the pidfd tells of the exit.
                return
            }
            var failure = PerfOpenFailure(
                code: error,
                attributes: PerfOpening.dummy,
                event: "the session's ring",
                target: target,
                kernel: kernel,
                devices: devices
            ).error
            if error == .notPermitted || error == .noMemory {
                failure = PfmError(
                    .noMemory,
                    "the kernel gives no memory for samples",
                    hint: "perf_event_mlock_kb and the limit of locked memory apply"
                )
            }
            throw failure
        }
    }

    /// Adds a session's descriptors to the epoll set.
    private func watch(_ session: PerfSession) throws(PfmError) {
        do throws(Errno) {
            if session.output.pages > 0 {
                try watch(session, session.output.event, .ring)
            } else if let pidfd = session.pidfd {
                try watch(session, pidfd, .exit)
            }
            for ring in session.laneRings { try watch(session, ring, .ring) }
            if let timer = session.timer { try watch(session, timer.raw, .timer) }
            if !Self.isThread(session.request.target) { try watchCPUs() }
        } catch {
            session.detach()
            throw PfmError(error, "the session's descriptors cannot be watched: \(error)")
        }
        remember(session)
    }

    private func watch(
        _ session: PerfSession,
        _ descriptor: Int32,
        _ source: PerfPoller.Token.Source
    ) throws(Errno) {
        try poller.add(descriptor, .init(session: session.serial, source: source))
        session.watched.append(descriptor)
    }

    /// Gives a session that had none, or a small one, a ring for samples.
    func enlargeRing(of session: PerfSession) throws(PfmError) {
        let output = session.output
        let old = output.event
        let fresh = PerfOutput(tellsProcesses: session.request.wantsProcesses)
        try openRing(
            fresh,
            session.request.target,
            pages: Self.ringPages(isBuffered: session.request.isBuffered)
        )
        // The old ring is the witness that the thread is still the client's to count.
        guard !output.hasHungUp else {
            throw PfmError(.noSuchProcess, "\(session.request.target) has gone")
        }
        if old >= 0 {
            poller.remove(old)
            session.watched.removeAll { $0 == old }
        }
        output.take(fresh)
        do throws(Errno) {
            try watch(session, output.event, .ring)
        } catch {
            throw PfmError(error, "the session's ring cannot be watched: \(error)")
        }
    }
}
