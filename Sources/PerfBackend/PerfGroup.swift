internal import CPerfEvent
internal import LinuxSupport
internal import PerfmonEngine
internal import PerfmonModel
internal import SystemPackage

/// One event set in the kernel: a group of events behind a gate.
///
/// The gate is a leader that counts nothing; its members are always on. So one call starts or
/// stops the whole set, whatever its size.
final class PerfGroup {
    private(set) var program: SetProgram
    private let opening: PerfOpening
    private var open: PerfOpenGroup
    /// Counts and times from events that have been replaced since.
    private var carried: Carried
    /// The time-out's event has a period of its own, which `setTimeoutLeft` gave it.
    private var timeoutIsShort = false
    /// That period is over: the next start sets the full one.
    private var timeoutIsSpent = false
    private var exec = ExecState.notArmed

    private struct Carried {
        var counts: [UInt64]
        var timeEnabled: UInt64 = 0
        var timeRunning: UInt64 = 0
        var lost: UInt64 = 0
    }

    private enum ExecState {
        case notArmed
        /// The gate opens by itself when the thread executes a program, or has done so.
        case armed
        /// It was opened by hand since, so that nothing tells whether that exec has happened.
        case armedAndStarted
    }

    /// What an event of the group stands for.
    enum Member: Equatable {
        /// Index of the counter in the program.
        case counter(Int)
        case timeout
    }

    /// Opens a set, halted.
    init(_ program: SetProgram, _ opening: PerfOpening) throws(PfmError) {
        self.program = program
        self.opening = opening
        open = try opening.open(program)
        carried = Carried(counts: program.counters.map { _ in 0 })
    }

    /// The member that the kernel knows by a number; nil when it is none of them.
    func member(id: UInt64) -> Member? {
        guard let index = open.ids.firstIndex(of: id), index > 0 else { return nil }
        return index <= program.counters.count ? .counter(index - 1) : .timeout
    }

    /// The kernel's number of the gate, which tells this group's samples; changes when the events
    /// are replaced.
    var gateID: UInt64 { open.ids.first ?? 0 }

    /// Events of the group, the gate among them.
    var memberCount: Int { open.ids.count }

    /// What a counter had come to in events that have been replaced since.
    @inline(__always)
    func carriedCount(_ index: Int) -> UInt64 { carried.counts[index] }

    /// The times of events that have been replaced since.
    var carriedTimes: (enabled: UInt64, running: UInt64) {
        (carried.timeEnabled, carried.timeRunning)
    }

    func start() {
        if timeoutIsSpent, let timeout = program.timeout {
            setTimeoutLeft(timeout)
        }
        if exec == .armed { exec = .armedAndStarted }
        PerfEventFile.enable(gate)
    }

    /// Halts the set; also undoes `startAtExec`.
    func stop() {
        PerfEventFile.disable(gate)
        switch exec {
        case .notArmed:
            return
        case .armed where ((try? counts())?.timeEnabled ?? 0) > 0:
            // Only the exec can have started it, and it has used the flag up.
            exec = .notArmed
        case .armed, .armedAndStarted:
            // Nothing but a new gate is without the flag. It cannot be had once the thread is
            // gone, and then it is not needed.
            try? replace(program, atExec: false)
        }
    }

    /// Lets the gate open at the thread's next exec; counts go on from where they are.
    func startAtExec() throws(PfmError) {
        guard exec == .notArmed else { return }
        try replace(program, atExec: true)
    }

    /// The counts of the set, all from one instant.
    ///
    /// - Throws: EBUSY when the hardware could not take the set.
    func read() throws(PfmError) -> Snapshot {
        guard let counts = try counts() else {
            throw PfmError(
                .resourceBusy,
                "set \(program.id): the hardware counters are taken, so nothing was counted",
                hint: "other users of the PMU and the NMI watchdog hold counters"
            )
        }
        return snapshot(counts, time: MonotonicClock.now)
    }

    /// Samples of the set that found no room in the ring.
    var lost: UInt64 {
        carried.lost + ((try? counts())?.lost ?? 0)
    }

    /// A snapshot of what a read or a sample of this group said.
    func snapshot(_ counts: consuming PerfGroupCounts, time: UInt64) -> Snapshot {
        guard !counts.values.isEmpty || carried.counts.isEmpty else {
            return Snapshot(raw: [], timeEnabled: 0, timeRunning: 0, time: time)
        }
        // In place: this is done for every sample.
        var raw = counts.values
        counts.values = []
        if raw.count > carried.counts.count { raw.removeLast() }
        for index in carried.counts.indices { raw[index] &+= carried.counts[index] }
        return Snapshot(
            raw: raw,
            timeEnabled: carried.timeEnabled + counts.timeEnabled,
            timeRunning: carried.timeRunning + counts.timeRunning,
            time: time
        )
    }

    /// Sets the distance of one counter's overflows; the set must be halted.
    func arm(pmd: Int, distance: UInt64?) throws(PfmError) {
        guard let index = program.counters.firstIndex(where: { $0.pmd == pmd }) else {
            throw PfmError(.invalidArgument, "set \(program.id) does not count in pmd\(pmd)")
        }
        guard distance != 0 else {
            throw PfmError(.invalidArgument, "pmd\(pmd): the distance to the next overflow is 0")
        }
        let before = program.counters[index].distance
        guard before != nil || distance != nil else { return }
        var changed = program
        changed.counters[index].distance = distance
        guard before != nil else {
            // The event was opened without overflows, and only a new one has them.
            return try replace(changed, atExec: exec != .notArmed)
        }
        do throws(Errno) {
            try PerfEventFile.setPeriod(
                open.files.raw[1 + index],
                opening.period(of: changed.counters[index])
            )
        } catch {
            throw PfmError(error, "pmd\(pmd): the kernel refuses the distance: \(error)")
        }
        program = changed
    }

    /// Sets what is left of the time-out in nanoseconds; the set must be halted. Without effect
    /// unless the group itself counts the time-out.
    func setTimeoutLeft(_ nanoseconds: UInt64) {
        guard open.hasTrigger, let trigger = open.files.raw.last else { return }
        let period = max(nanoseconds, opening.shortestClockDistance)
        // Cannot fail: the event is open and samples, and the period is in range.
        try? PerfEventFile.setPeriod(trigger, min(period, PerfOpening.maxDistance))
        timeoutIsShort = period != program.timeout
        timeoutIsSpent = false
    }

    /// Takes note that the time-out is over.
    func noteTimeout() {
        timeoutIsSpent = timeoutIsShort
    }

    /// Replaces what the halted set counts. Counters that stay the same keep their counts.
    func reprogram(_ new: SetProgram) throws(PfmError) {
        guard new != program else { return }
        try replace(new, atExec: exec != .notArmed)
    }

    /// Opens the same events anew, halted; counts go on.
    func reopen() throws(PfmError) {
        try replace(program, atExec: exec != .notArmed)
    }

    /// -1 when the events could not be had back after a failed replacement.
    private var gate: Int32 { open.files.raw.first ?? -1 }

    /// Nil when the kernel gave the group up.
    private func counts() throws(PfmError) -> PerfGroupCounts? {
        guard gate >= 0 else {
            return PerfGroupCounts(members: 1 + program.counters.count)
        }
        do throws(Errno) {
            return try PerfGroupCounts.read(open.files.raw, ids: open.ids)
        } catch {
            throw PfmError(error, "set \(program.id): the counts cannot be read: \(error)")
        }
    }

    /// Opens new events in place of the old ones and carries the counts over.
    private func replace(_ new: SetProgram, atExec: Bool) throws(PfmError) {
        let last = try counts() ?? PerfGroupCounts(members: 1 + program.counters.count)
        do throws(PfmError) {
            open = try openChecked(new, atExec: atExec)
        } catch {
            let hasEnded = error.code == .noSuchProcess && opening.isOneOfMany
            guard hasEnded || error.code == .resourceBusy else { throw error }
            // The old events themselves may be what takes the room.
            open = PerfOpenGroup()
            if !hasEnded {
                do throws(PfmError) {
                    open = try openChecked(new, atExec: atExec)
                } catch {
                    carry(last, to: program)
                    exec = .notArmed
                    open = (try? openChecked(program, atExec: false)) ?? PerfOpenGroup()
                    throw error
                }
            }
        }
        carry(last, to: new)
        program = new
        exec = atExec ? .armed : .notArmed
        timeoutIsShort = false
        timeoutIsSpent = false
    }

    /// Opens events, unless the thread is no longer the one that the client was allowed to count.
    ///
    /// A program with other credentials costs the session its ring at the moment it gets them. So
    /// a ring that is there after the opening says that all is still well. Sessions without one
    /// have it for the time of the opening.
    private func openChecked(
        _ new: SetProgram,
        atExec: Bool
    ) throws(PfmError) -> PerfOpenGroup {
        defer {
            if opening.askAgain != nil { opening.witness.close() }
        }
        try opening.askAgain?()
        let fresh = try opening.open(new, atExec: atExec)
        guard !opening.witness.hasHungUp else {
            throw PfmError(
                .noSuchProcess,
                "the thread has exited, or executes a program with other credentials"
            )
        }
        return fresh
    }

    private func carry(_ counts: PerfGroupCounts, to new: SetProgram) {
        let last = snapshot(counts, time: 0)
        carried = Carried(
            counts: new.counters.map { counter in
                let index = program.counters.firstIndex {
                    $0.pmd == counter.pmd && $0.selection == counter.selection
                }
                return index.map { last.raw[$0] } ?? 0
            },
            timeEnabled: last.timeEnabled,
            timeRunning: last.timeRunning,
            lost: carried.lost + counts.lost
        )
    }
}
