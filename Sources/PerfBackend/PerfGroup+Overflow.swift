internal import PerfmonEngine
internal import PerfmonModel
internal import SystemPackage

/// Overflows of a group: judged by the counts in its samples, aimed at by the periods of its events.
extension PerfGroup {
    /// Sets where counters of a set overflow next. Kernel periods follow at the start, or with
    /// `steer` while the group runs.
    func arm(
        _ set: UInt16,
        _ targets: [(pmd: Int, target: OverflowTarget?)]
    ) throws(PfmError) {
        guard let share = share(of: set) else { return }
        for (pmd, target) in targets {
            guard let cell = cell(ofPmd: pmd, in: share) else {
                throw PfmError(.invalidArgument, "set \(set) does not count in pmd\(pmd)")
            }
            aims[cell] = target.map { OverflowAim($0, at: lastLook(at: cell)) }
            unsteered.insert(cell)
        }
    }

    /// Whether a counter's events can sample.
    func canArm(_ set: UInt16, pmd: Int) -> Bool {
        guard let share = share(of: set), let cell = cell(ofPmd: pmd, in: share) else {
            return false
        }
        return layout.cells[cell].sampling != nil
    }

    /// Takes all aims of a set back.
    func disarm(_ set: UInt16) {
        guard let share = share(of: set) else { return }
        for cell in shares[share].cells { aims[cell] = nil }
    }

    /// Whether all overflows of the active set begin the next period by themselves.
    var isSteady: Bool {
        shares[active].cells.allSatisfy { aims[$0].map { $0.period != nil } ?? true }
    }

    /// Brings the events of a halted group to sample at their aims, once it is started.
    func prepare() {
        unsteered = []
        guard paces.contains(where: { $0 != nil }), let counts = try? counts() else { return }
        for cell in paces.indices where paces[cell] != nil {
            let count = look(at: cell, counts)
            if let period = paces[cell]?.prepare(at: count, for: aim(cell)) {
                setPeriod(period, of: cell)
            }
        }
    }

    /// Tells running events their periods, where aims have changed.
    ///
    /// - Parameter stands: the thread is known not to run: then the kernel takes periods exactly.
    func steer(stands: Bool) {
        guard isOn, !unsteered.isEmpty else { return }
        let cells = unsteered.sorted()
        unsteered = []
        // Most need no call, and then the counts need not be read from another CPU.
        let isNeeded = cells.contains { cell in
            var pace = paces[cell]
            return pace?.steer(at: lastLook(at: cell), for: aim(cell)) != nil
        }
        guard isNeeded, let counts = try? counts() else { return }
        for cell in cells {
            let count = look(at: cell, counts)
            let period =
                stands
                ? paces[cell]?.prepare(at: count, for: aim(cell))
                : paces[cell]?.steer(at: count, for: aim(cell))
            if let period { setPeriod(period, of: cell) }
        }
    }

    /// Whether the group's next sample is to be looked at soon.
    var waitsForMarker: Bool { isOn && paces.contains { $0?.waitsForMarker == true } }

    /// Takes a sample of the group in.
    ///
    /// - Parameters:
    ///   - own: the cell whose event the sample names; nil when that is unknown.
    ///   - value: the kernel's count of a member, from 1 on.
    /// - Returns: bits of the counters of the active set that have overflowed.
    func judge(own: Int?, _ value: (Int) -> UInt64) -> UInt64 {
        let share = shares[active]
        var overflowed: UInt64 = 0
        for cell in share.cells {
            let index = cell - share.cells.lowerBound
            let count = share.raw(index, value(layout.cells[cell].counting))
            looks[cell] = count
            guard let aim = aims[cell] else { continue }
            let isReached =
                aim.isReached(at: count)
                || cell == own && layout.cells[cell].kind == .direct
                    && aim.isReachedInHardware(at: count)
            guard isReached else {
                // A clock may be early. It is sent on its way again.
                if cell == own, layout.cells[cell].kind == .direct, aim.isArmed {
                    unsteered.insert(cell)
                }
                continue
            }
            overflowed |= 1 << UInt64(index)
            _ = aims[cell]?.pass(at: count)
            if let next = aims[cell], next.isArmed, paces[cell]?.keepsPace(with: next) == false {
                unsteered.insert(cell)
            }
        }
        noteSample(of: own, value)
        return overflowed
    }

    /// Makes second calls where a sample is the marker of the first.
    private func noteSample(of own: Int?, _ value: (Int) -> UInt64) {
        // Before the next start all periods are set exactly.
        guard isOn else { return }
        guard let own else {
            for cell in paces.indices where layout.cells[cell].kind == .pipelined {
                noteSample(cell, value, isOwn: false)
            }
            return
        }
        let twins = layout.cells[own].twins
        noteSample(own, value, isOwn: twins.isEmpty)
        for twin in twins { noteSample(twin, value, isOwn: false) }
    }

    private func noteSample(_ cell: Int, _ value: (Int) -> UInt64, isOwn: Bool) {
        guard paces[cell] != nil else { return }
        let share = shares[layout.cells[cell].set]
        guard share.frozen == nil else { return }
        let index = cell - share.cells.lowerBound
        let count = share.raw(index, value(layout.cells[cell].counting))
        if let period = paces[cell]?.sampled(at: count, isOwn: isOwn) {
            setPeriod(period, of: cell)
        } else if let aim = aims[cell], paces[cell]?.isAstray(from: aim, at: count) == true {
            unsteered.insert(cell)
        }
    }

    /// Overflows that a halted group has passed without a sample.
    ///
    /// - Parameter counts: what it has come to.
    /// - Returns: bits of counters whose samples were to come at the next look; and how many overflows
    ///   had samples that the kernel lost.
    func passed(_ counts: PerfGroupCounts) -> (untold: UInt64, lost: UInt64) {
        let share = shares[active]
        var untold: UInt64 = 0
        var lost: UInt64 = 0
        for cell in share.cells {
            let count = look(at: cell, counts)
            guard let aim = aims[cell], aim.isReached(at: count) else { continue }
            guard let period = aim.period, paces[cell]?.samples(at: aim.wanted) != false else {
                untold |= 1 << UInt64(cell - share.cells.lowerBound)
                _ = aims[cell]?.pass(at: count)
                continue
            }
            let missed = (count &- aim.wanted) / period + 1
            lost += missed
            aims[cell] = OverflowAim(
                OverflowTarget(count: aim.wanted &+ missed * period, period: period),
                at: aim.wanted &+ (missed - 1) * period
            )
        }
        return (untold, lost)
    }

    private func cell(ofPmd pmd: Int, in share: Int) -> Int? {
        shares[share].program.counters.firstIndex { $0.pmd == pmd }
            .map { shares[share].cells.lowerBound + $0 }
    }

    /// What a cell aims at; nothing while its set is not active.
    private func aim(_ cell: Int) -> OverflowAim? {
        layout.cells[cell].set == active ? aims[cell] : nil
    }

    /// A cell's raw count, from figures of the group.
    private func look(at cell: Int, _ counts: PerfGroupCounts) -> UInt64 {
        let share = shares[layout.cells[cell].set]
        let index = cell - share.cells.lowerBound
        let count =
            share.frozen?.raw[index]
            ?? share.raw(index, counts.values[layout.cells[cell].counting - 1])
        looks[cell] = count
        return count
    }

    /// A cell's raw count when it was last looked at.
    private func lastLook(at cell: Int) -> UInt64 { looks[cell] }
}
