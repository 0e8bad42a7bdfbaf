internal import PerfmonEngine
internal import PerfmonModel
internal import SystemPackage

/// The event sets of a session in one place: everywhere, or, when a thread is sampled together with
/// its children, on one CPU. A session has one lane then for each CPU.
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
