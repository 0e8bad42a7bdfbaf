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

    /// One for a CPU and for each thread, of which a process has one or more; one for each CPU when
    /// threads are sampled together with their children, which the kernel does only there.
    func placements(for request: AttachRequest) throws(PfmError) -> [Placement] {
        let threads = threads(of: request.target)
        guard !threads.isEmpty else { return [Placement(request.target)] }
        guard request.samplesFamily else { return threads.map { Placement(thread: $0) } }
        let cpus = kernel.onlineCPUs.sorted()
        return threads.flatMap { tid in cpus.map { Placement(thread: tid, cpu: $0) } }
    }

    /// The threads that a target stands for now, of which the first one runs if any does; none on a
    /// CPU.
    private func threads(of target: Target) -> [Int32] {
        guard case .process(let pid) = target.tasks else { return target.thread.map { [$0] } ?? [] }
        let running = ProcessFacts.runningThreads(of: pid)
        return running.isEmpty ? [pid] : running
    }

    /// A gate, the counters and perhaps a trigger for each set; a ring; a pidfd or a timer.
    func descriptors(for request: AttachRequest) -> Int {
        let isThread = Self.isThread(request.target)
        let triggers = isThread && !request.inherit
        var count = 0
        for programs in PerfLayout.groups(request) {
            let layout = PerfLayout(
                programs,
                inherit: request.inherit,
                samplesLater: !request.inherit && !request.holdAtOverflow
            )
            count += 1 + layout.members.count
            if programs[0].timeout != nil, triggers { count += 1 }
        }
        if request.samplesFamily {
            // On each CPU, with its rings there.
            count = (count + (request.wantsProcesses ? 2 : 1)) * kernel.onlineCPUs.count
        }
        count *= max(threads(of: request.target).count, 1)
        let samples = request.sets.contains { set in
            set.timeout != nil && triggers || set.counters.contains { $0.distance != nil }
        }
        let letsGoOfRing = isThread && request.inherit && !request.samplesFamily
        if isThread && !letsGoOfRing || samples { count += 1 }
        if isThread, samples, request.wantsProcesses, !request.samplesFamily { count += 1 }
        if isThread { count += 1 }
        if !triggers, request.sets.contains(where: { $0.timeout != nil }) { count += 1 }
        return count
    }

    /// `attach`, with the type that this backend's own code needs.
    func open(_ asked: AttachRequest) throws(PfmError) -> PerfSession {
        try check(asked)
        try requireVisible(asked.client)
        let serial = nextSerial()
        // From here on the thread's number means this thread, or nothing once it is gone.
        let thread = try handle(of: asked)
        let placements = try placements(for: asked)
        // The first thread of a process that runs stands for all: it has the ring that tells of
        // other credentials. No other one keeps running when one of them gets those.
        var request = asked
        if let first = placements.first?.thread { request.target = .thread(first) }
        var opening = opening(for: request, serial: serial)
        var selected: [perf_event_attr] = []
        for programs in PerfLayout.groups(request) {
            selected += try opening.members(programs, opening.layout(programs))
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
                pages: samples && !isFamily ? Self.ringPages(opening, request.sets) : 1
            )
        }
        try authorise(identities, request, request.sets)
        let letsGoOfRing = request.inherit && !isFamily && hasPidfd(thread)
        if letsGoOfRing {
            opening.askAgain = { [unowned self, witness = opening.witness] () throws(PfmError) in
                try openRing(witness, request.target, pages: 1)
                try authoriseTarget(identities, request)
            }
        }
        // Seized before the first event is opened: untraced, its thread would not survive it.
        let hold = try hold(request, serial: serial)
        let lanes = try lanes(at: placements, for: request, opening, identities, samples: samples)
        let session = PerfSession(
            request,
            serial: serial,
            backend: self,
            opening: opening,
            identities: identities,
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
        // The ring's event cannot be inherited, and one such event keeps the kernel from handing
        // all the others from thread to thread at a switch: counting would cost half as much again.
        if letsGoOfRing { opening.witness.close() }
        try watch(session)
        try followProcesses(for: session)
        return session
    }

    /// Opens the sets at each placement. Threads that have ended meanwhile are left out, but not the
    /// first.
    private func lanes(
        at placements: [Placement],
        for request: AttachRequest,
        _ opening: PerfOpening,
        _ identities: [ClientIdentity],
        samples: Bool
    ) throws(PfmError) -> [PerfLane] {
        var pages = 256
        while pages > 16, pages * placements.count > 2048 { pages /= 2 }
        var lanes: [PerfLane] = []
        var authorised = request.target.tid
        for placement in placements {
            do throws(PfmError) {
                var part = request
                if let tid = placement.thread, tid != authorised {
                    part.target = .thread(tid)
                    try authoriseTarget(identities, part)
                    authorised = tid
                }
                var output = opening.output
                var news: PerfOutput?
                if request.samplesFamily {
                    output = PerfOutput()
                    try openRing(output, part.target, at: placement, pages: pages)
                    news = try openNews(part, at: placement)
                } else if samples, placement.thread != nil {
                    news = try openNews(part)
                }
                lanes.append(
                    try PerfLane(request.sets, opening.at(placement, output), news: news)
                )
            } catch {
                let isFirst = placement.thread == placements.first?.thread
                guard !isFirst, error.code == .noSuchProcess else { throw error }
            }
        }
        return lanes
    }

    private func hasPidfd(_ thread: borrowing ThreadHandle?) -> Bool {
        switch thread {
        case .some(let thread): thread.pidfd != nil
        case nil: false
        }
    }

    /// Pages of a ring that holds samples. A notified session reads each sample at once, a
    /// buffered one when half of the ring is full.
    /// Where overflows are looked for, most samples are none, and the ring holds many more.
    static func ringPages(_ opening: PerfOpening, _ sets: [SetProgram]) -> Int {
        let looks = PerfLayout.groups(sets, opening).contains { opening.looks($0) }
        guard opening.isBuffered else { return looks ? 64 : 16 }
        return looks ? 512 : 256
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

    /// A session of a process's first thread that follows what it starts is one of the process.
    private func handle(of request: AttachRequest) throws(PfmError) -> ThreadHandle? {
        let number: Int32?
        var isProcess = false
        switch request.target.tasks {
        case .process(let pid): (number, isProcess) = (pid, true)
        case .thread(let tid): (number, isProcess) = (tid, request.inherit)
        default: number = nil
        }
        guard let tid = number else {
            let online = kernel.onlineCPUs
            for number in request.target.cpus ?? [] where !online.contains(number) {
                throw PfmError(
                    .invalidArgument,
                    "CPU \(number) is not online",
                    hint: "online are \(CPUNumbers.text(online))"
                )
            }
            return nil
        }
        let handle = try ThreadHandle(
            tid,
            isProcess: isProcess && ProcessFacts.isGroupLeader(tid),
            usesPidfd: usesThreadPidfds
        )
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
        do throws(Errno) {
            try tracer.seize(tid, session: serial)
        } catch {
            throw seizureRefusal(error, tid)
        }
        return PerfHold(tid, tracer)
    }

    private func seizureRefusal(_ code: Errno, _ tid: Int32) -> PfmError {
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

    /// Opens a ring for what processes do.
    private func openNews(
        _ request: AttachRequest,
        at placement: Placement? = nil
    ) throws(PfmError) -> PerfOutput? {
        guard request.wantsProcesses else { return nil }
        let news = PerfOutput(tellsProcesses: true)
        try openRing(news, request.target, at: placement, pages: ProcessFollowers.pages)
        return news
    }

    /// Adds a session's descriptors to the epoll set.
    private func watch(_ session: PerfSession) throws(PfmError) {
        do throws(Errno) {
            if session.output.pages > 0 {
                try watch(session, session.output.event, .ring)
            }
            if let pidfd = session.pidfd, session.output.pages == 0 || session.endsWithProcess {
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
        session.watched.append((descriptor, source))
    }

    /// Gives a session that had none, or a small one, a ring for samples.
    func enlargeRing(of session: PerfSession) throws(PfmError) {
        let output = session.output
        let old = output.event
        let fresh = PerfOutput()
        let news =
            Self.isThread(session.request.target) && session.lanes[0].news == nil
            ? try openNews(session.request) : nil
        try openRing(
            fresh,
            session.request.target,
            pages: Self.ringPages(session.opening, session.lanes[0].groups.flatMap(\.programs))
        )
        // The old ring is the witness that the thread is still the client's to count.
        guard !output.hasHungUp else {
            throw PfmError(.noSuchProcess, "\(session.request.target) has gone")
        }
        if old >= 0 {
            poller.remove(old)
            session.watched.removeAll { $0.descriptor == old }
        }
        output.take(fresh)
        do throws(Errno) {
            try session.redirect()
        } catch {
            throw PfmError(error, "samples cannot be sent into the session's ring: \(error)")
        }
        do throws(Errno) {
            try watch(session, output.event, .ring)
            guard let news else { return }
            try watch(session, news.event, .ring)
            session.lanes[0].listen(to: news)
        } catch {
            throw PfmError(error, "the session's ring cannot be watched: \(error)")
        }
    }
}
