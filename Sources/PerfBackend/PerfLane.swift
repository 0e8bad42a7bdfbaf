internal import PerfmonEngine
internal import PerfmonModel
internal import SystemPackage

/// The event sets of a session at one placement: a CPU, a thread wherever it runs, or, when it is
/// sampled together with its children, on one CPU.
final class PerfLane {
    let opening: PerfOpening
    /// One for each set, or one for all of them; none once the session is detached.
    private(set) var groups: [PerfGroup] = []

    /// Opens all sets, halted.
    init(_ programs: [SetProgram], _ opening: PerfOpening) throws(PfmError) {
        self.opening = opening
        for programs in PerfLayout.groups(programs, opening) {
            groups.append(try PerfGroup(programs, opening))
        }
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
