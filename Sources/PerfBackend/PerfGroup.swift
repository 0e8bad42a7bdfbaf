internal import CPerfEvent
internal import LinuxSupport
internal import PerfmonEngine
internal import PerfmonModel
internal import SystemPackage

/// Event sets in the kernel: a group of events behind a gate.
///
/// The gate is a leader that counts nothing; its members are always on. So one call starts or
/// stops the whole group, whatever its size. Most groups hold one set. Sets that are switched by
/// overflow and can all count at the same time share a group (`PerfShare`).
final class PerfGroup {
    let opening: PerfOpening
    private(set) var layout: PerfLayout
    private var open: PerfOpenGroup
    private(set) var shares: [PerfShare]
    /// Index of the share that is on.
    private(set) var active = 0
    /// Where each cell overflows next, in raw counts of its set; nil: nowhere.
    var aims: [OverflowAim?]
    /// How each cell that can sample is brought to it.
    var paces: [PerfPace?]
    /// The raw count of each cell when it was last looked at.
    var looks: [UInt64] = []
    /// Cells whose events are to be told their periods anew.
    var unsteered: Set<Int> = []
    /// The figures of the sample that is being delivered.
    var delivered: PerfGroupCounts?
    /// The gate is open, as far as is known.
    private(set) var isOn = false
    /// Lost samples of events that have been replaced since.
    private var carriedLost: UInt64 = 0
    /// The time-out's event has a period of its own, which `setTimeoutLeft` gave it.
    private var timeoutIsShort = false
    /// That period is over: the next start sets the full one.
    private var timeoutIsSpent = false
    private var exec = ExecState.notArmed

    private enum ExecState {
        case notArmed
        /// The gate opens by itself when the thread executes a program, or has done so.
        case armed
        /// It was opened by hand since, so that nothing tells whether that exec has happened.
        case armedAndStarted
    }

    /// What an event of the group stands for.
    enum Member: Equatable {
        /// A cell of the layout.
        case cell(Int)
        case timeout
    }

    /// Opens sets, halted.
    init(_ programs: [SetProgram], _ opening: PerfOpening) throws(PfmError) {
        self.opening = opening
        layout = opening.layout(programs)
        aims = []
        paces = []
        shares = []
        open = try opening.open(programs, layout)
        rebuild(programs, from: programs.map { PerfShare.zero($0) })
    }

    /// The sets.
    var programs: [SetProgram] { shares.map(\.program) }

    /// The set whose share is on.
    var program: SetProgram { shares[active].program }

    /// One of the sets; nil when it is in another group.
    func program(of set: UInt16) -> SetProgram? {
        shares.first { $0.program.id == set }?.program
    }

    /// The index of a set's share; nil when it is in another group.
    func share(of set: UInt16) -> Int? {
        shares.firstIndex { $0.program.id == set }
    }

    /// The member that the kernel knows by a number; nil when it is none of them.
    func member(id: UInt64) -> Member? {
        guard let index = open.ids.firstIndex(of: id), index > 0 else { return nil }
        return index <= layout.members.count ? .cell(layout.members[index - 1].cell) : .timeout
    }

    /// The kernel's number of the gate, which tells this group's samples; changes when the events
    /// are replaced.
    var gateID: UInt64 { open.ids.first ?? 0 }

    /// Events of the group, the gate among them.
    var memberCount: Int { open.ids.count }

    func start(_ set: UInt16) {
        if timeoutIsSpent, let timeout = program.timeout {
            setTimeoutLeft(timeout)
        }
        if exec == .armed { exec = .armedAndStarted }
        turn(to: set)
        prepare()
        isOn = true
        PerfEventFile.enable(gate)
    }

    /// Halts the group; also undoes `startAtExec`.
    func stop() {
        PerfEventFile.disable(gate)
        isOn = false
        switch exec {
        case .notArmed:
            return
        case .armed where ((try? counts())?.timeEnabled ?? 0) > 0:
            // Only the exec can have started it, and it has used the flag up.
            exec = .notArmed
        case .armed, .armedAndStarted:
            // Nothing but a new gate is without the flag. It cannot be had once the thread is
            // gone, and then it is not needed.
            try? replace(programs, atExec: false)
        }
    }

    /// Lets the gate open at the thread's next exec; counts go on from where they are.
    func startAtExec(_ set: UInt16) throws(PfmError) {
        guard exec == .notArmed else { return }
        turn(to: set)
        try replace(programs, atExec: true)
        prepare()
        isOn = true
    }

    /// The counts of a set, all from one instant.
    ///
    /// - Throws: EBUSY when the hardware could not take the set.
    func read(_ set: UInt16) throws(PfmError) -> Snapshot {
        guard let share = share(of: set), let counts = try counts() else {
            throw PfmError(
                .resourceBusy,
                "set \(set): the hardware counters are taken, so nothing was counted",
                hint: "other users of the PMU and the NMI watchdog hold counters"
            )
        }
        return shares[share].snapshot(counts, layout, time: MonotonicClock.now)
    }

    /// Whether the group was started by an exec and has hardly counted since; asked once the events
    /// are gone.
    var hasEndedAtExec: Bool {
        guard exec == .armed, let counts = try? counts() else { return false }
        return counts.timeEnabled > 0 && counts.timeEnabled < Self.shortestLife
    }

    /// Nanoseconds of CPU time that the smallest program takes from its exec to its end, at least.
    private static let shortestLife: UInt64 = 40_000

    /// Samples of the group that found no room in the ring.
    var lost: UInt64 {
        carriedLost + ((try? counts())?.lost ?? 0)
    }

    /// Ends the active share and begins that of another set, at figures of the group.
    func cut(to set: UInt16, at counts: PerfGroupCounts) {
        guard let next = share(of: set), next != active else { return }
        shares[active].end(at: counts, layout)
        unsteered.formUnion(shares[active].cells)
        shares[next].begin(at: counts, layout)
        unsteered.formUnion(shares[next].cells)
        active = next
    }

    /// Makes a set's share the one that is on, while nothing counts.
    private func turn(to set: UInt16) {
        guard shares.count > 1, share(of: set) != active,
            let counts = try? counts()
        else { return }
        cut(to: set, at: counts)
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
        // A clock takes its period while it runs. The set may go on without a start.
        if timeoutIsSpent, isOn, let timeout = program.timeout { setTimeoutLeft(timeout) }
    }

    /// Replaces what one halted set counts. Counters that stay the same keep their counts.
    func reprogram(_ new: SetProgram) throws(PfmError) {
        guard let share = share(of: new.id), new != shares[share].program else { return }
        var changed = programs
        changed[share] = new
        try replace(changed, atExec: exec != .notArmed)
    }

    /// Opens the same events anew, halted; counts go on.
    func reopen() throws(PfmError) {
        try replace(programs, atExec: exec != .notArmed)
    }

    /// Sends samples of all events into another ring.
    func redirect(to ring: Int32) throws(Errno) {
        for (index, member) in layout.members.enumerated() where member.samples {
            try PerfEventFile.setOutput(open.files.raw[index + 1], ring: ring)
        }
    }

    /// Sets the period of a cell's event.
    func setPeriod(_ period: UInt64, of cell: Int) {
        guard let member = layout.cells[cell].sampling, member < open.files.raw.count else {
            return
        }
        // Cannot fail: the event is open and samples, and the period is in range.
        try? PerfEventFile.setPeriod(open.files.raw[member], min(period, PerfOpening.maxDistance))
    }

    /// -1 when the events could not be had back after a failed replacement.
    private var gate: Int32 { open.files.raw.first ?? -1 }

    /// Nil when the kernel gave the group up.
    func counts() throws(PfmError) -> PerfGroupCounts? {
        guard gate >= 0 else {
            return PerfGroupCounts(members: 1 + layout.members.count)
        }
        do throws(Errno) {
            return try PerfGroupCounts.read(open.files.raw, ids: open.ids)
        } catch {
            throw PfmError(error, "set \(program.id): the counts cannot be read: \(error)")
        }
    }

    /// Opens new events in place of the old ones and carries the counts over.
    private func replace(_ new: [SetProgram], atExec: Bool) throws(PfmError) {
        let last = try counts() ?? PerfGroupCounts(members: 1 + layout.members.count)
        let fresh = opening.layout(new)
        do throws(PfmError) {
            open = try openChecked(new, fresh, atExec: atExec)
        } catch {
            let hasEnded = error.code == .noSuchProcess && opening.isOneOfMany
            guard hasEnded || error.code == .resourceBusy else { throw error }
            // The old events themselves may be what takes the room.
            open = PerfOpenGroup()
            if !hasEnded {
                do throws(PfmError) {
                    open = try openChecked(new, fresh, atExec: atExec)
                } catch {
                    exec = .notArmed
                    open = (try? openChecked(programs, layout, atExec: false)) ?? PerfOpenGroup()
                    carry(last, to: programs)
                    throw error
                }
            }
        }
        exec = atExec ? .armed : .notArmed
        timeoutIsShort = false
        timeoutIsSpent = false
        layout = fresh
        carry(last, to: new)
    }

    /// Opens events, unless the thread is no longer the one that the client was allowed to count.
    ///
    /// A program with other credentials costs the session its ring at the moment it gets them. So
    /// a ring that is there after the opening says that all is still well. Sessions without one
    /// have it for the time of the opening.
    private func openChecked(
        _ new: [SetProgram],
        _ layout: PerfLayout,
        atExec: Bool
    ) throws(PfmError) -> PerfOpenGroup {
        defer {
            if opening.askAgain != nil { opening.witness.close() }
        }
        try opening.askAgain?()
        let fresh = try opening.open(new, layout, atExec: atExec)
        guard !opening.witness.hasHungUp else {
            throw PfmError(
                .noSuchProcess,
                "the thread has exited, or executes a program with other credentials"
            )
        }
        return fresh
    }

    private func carry(_ counts: PerfGroupCounts, to new: [SetProgram]) {
        carriedLost += counts.lost
        var past: [Snapshot] = []
        var kept: [(isSame: Bool, aim: OverflowAim?)] = []
        for program in new {
            guard let share = shares.first(where: { $0.program.id == program.id }) else {
                past.append(PerfShare.zero(program))
                kept += program.counters.map { _ in (false, nil) }
                continue
            }
            var last = share.snapshot(counts, lastLayout, time: 0)
            let same = program.counters.map { counter in
                share.program.counters.firstIndex {
                    $0.pmd == counter.pmd && $0.selection == counter.selection
                }
            }
            let raw = last.raw
            last.raw = same.map { $0.map { raw[$0] } ?? 0 }
            past.append(last)
            kept += same.map { index in
                (index != nil, index.flatMap { aims[share.cells.lowerBound + $0] })
            }
        }
        rebuild(new, from: past)
        // Counts go on, and so do the aims.
        for (cell, old) in kept.enumerated() where old.isSame { aims[cell] = old.aim }
    }

    /// Begins anew with events that have just been opened.
    private func rebuild(_ programs: [SetProgram], from past: [Snapshot]) {
        lastLayout = layout
        shares = programs.enumerated().map { index, program in
            PerfShare(
                program,
                cells: layout.ranges[index],
                from: past[index],
                isOn: index == active
            )
        }
        paces = opening.paces(programs, layout, at: past)
        looks = layout.cells.map { past[$0.set].raw[$0.counter] }
        unsteered = []
        aims = layout.cells.map { cell in
            // Every thread of a family overflows by itself.
            guard !opening.inherit else { return nil }
            let counter = programs[cell.set].counters[cell.counter]
            let raw = past[cell.set].raw[cell.counter]
            return counter.distance.map {
                OverflowAim(OverflowTarget(count: raw &+ $0, period: counter.period), at: raw)
            }
        }
    }

    /// The layout of the events whose counts are carried over.
    private var lastLayout = PerfLayout([])
}
