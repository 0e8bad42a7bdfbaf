extension Snapshot {
    /// What a set has counted at several placements together.
    ///
    /// Counts add up modulo 2^64. So do the times of different threads and of different CPUs: each
    /// is there to be counted at the same time as the others. The placements of one thread on
    /// several CPUs divide its time among them: each is enabled for all of it and runs while the
    /// thread is on its CPU, so what ran anywhere is compared with what was enabled once. They begin
    /// one after the other; where that is all that is missing, nothing is.
    ///
    /// - Parameter counters: how many counts the set has; those of no placement are all 0.
    package init(adding parts: some Sequence<PlacedSnapshot>, counters: Int) {
        self.init(
            raw: Array(repeating: 0, count: counters),
            timeEnabled: 0,
            timeRunning: 0,
            time: 0
        )
        var divided: [Int32: (least: UInt64, running: UInt64)] = [:]
        for part in parts {
            let share = part.snapshot
            for index in raw.indices where index < share.raw.count {
                raw[index] &+= share.raw[index]
            }
            time = max(time, share.time)
            timeRunning &+= share.timeRunning
            if let thread = part.placement.thread, part.placement.cpu != nil {
                let (least, running) = divided[thread] ?? (.max, 0)
                divided[thread] = (min(least, share.timeEnabled), running &+ share.timeRunning)
            } else {
                timeEnabled &+= share.timeEnabled
            }
        }
        for (least, running) in divided.values { timeEnabled &+= max(least, running) }
    }

    /// How far the counts can be trusted, as far as their own times tell.
    package var quality: CountQuality {
        if timeRunning >= timeEnabled { return .exact }
        return timeRunning == 0 ? .notCounted : .scaled
    }
}
