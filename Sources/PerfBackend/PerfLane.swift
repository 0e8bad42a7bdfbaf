internal import PerfmonEngine
internal import PerfmonModel
internal import SystemPackage

/// The event sets of a session in one place: everywhere, or, when a thread is sampled together with
/// its children, on one CPU. A session has one lane then for each CPU, and of a whole process one, or
/// one for each CPU, for each thread.
final class PerfLane {
    let opening: PerfOpening
    /// One for each set; none once the session is detached.
    private(set) var groups: [PerfGroup] = []

    /// Opens all sets, halted.
    init(_ programs: [SetProgram], _ opening: PerfOpening) throws(PfmError) {
        self.opening = opening
        for program in programs { groups.append(try PerfGroup(program, opening)) }
    }

    var output: PerfOutput { opening.output }

    /// Gives the events and the ring back.
    func close() {
        groups = []
        output.close()
    }
}

extension AttachRequest {
    /// Whether the thread and its children are sampled, each by itself.
    var samplesFamily: Bool {
        inherit && sets.contains { $0.counters.contains { $0.distance != nil } }
    }
}

extension Snapshot {
    /// The counts of one set from all CPUs.
    ///
    /// On each CPU the set is enabled all the time and runs while a thread is there, so what ran
    /// anywhere adds up to what was enabled. The CPUs begin one after the other; where that is all
    /// that is missing, nothing is.
    init(adding lanes: [Snapshot]) {
        self = lanes[0]
        var leastEnabled = timeEnabled
        for lane in lanes.dropFirst() {
            for index in raw.indices { raw[index] &+= lane.raw[index] }
            timeRunning += lane.timeRunning
            leastEnabled = min(leastEnabled, lane.timeEnabled)
            time = max(time, lane.time)
        }
        timeEnabled = max(timeRunning, leastEnabled)
    }

    /// The counts and times of one thread together with those of another.
    func beside(_ other: Snapshot) -> Snapshot {
        var sum = self
        for index in raw.indices { sum.raw[index] &+= other.raw[index] }
        sum.timeEnabled += other.timeEnabled
        sum.timeRunning += other.timeRunning
        sum.time = max(time, other.time)
        return sum
    }
}
