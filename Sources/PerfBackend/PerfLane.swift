internal import PerfmonEngine
internal import PerfmonModel
internal import SystemPackage

/// The event sets of a session at one placement: a CPU, a thread wherever it runs, or, when it is
/// sampled together with its children, on one CPU.
final class PerfLane {
    let opening: PerfOpening
    /// What is told of processes here; nil when it is not wanted, or comes from elsewhere.
    private(set) var news: PerfOutput?
    /// One for each set, or one for all of them; none once the session is detached.
    private(set) var groups: [PerfGroup] = []

    /// Opens all sets, halted.
    init(
        _ programs: [SetProgram],
        _ opening: PerfOpening,
        news: PerfOutput? = nil
    ) throws(PfmError) {
        self.opening = opening
        self.news = news
        for programs in PerfLayout.groups(programs, opening) {
            groups.append(try PerfGroup(programs, opening))
        }
    }

    var output: PerfOutput { opening.output }

    /// Listens to what is told of processes from now on.
    func listen(to news: PerfOutput) {
        self.news = news
    }

    /// Gives the events and the rings back.
    func close() {
        groups = []
        output.close()
        news?.close()
    }
}

extension AttachRequest {
    /// Whether the thread and its children are sampled, each by itself.
    var samplesFamily: Bool {
        inherit && sets.contains { $0.counters.contains { $0.distance != nil } }
    }
}
