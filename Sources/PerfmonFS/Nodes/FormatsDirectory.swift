import PerfmonEngine

/// `formats/`: the sampling formats that a context can choose.
enum FormatsDirectory {
    static let table = DirectoryTable<PerfmonMount>(
        kind: "formats",
        ownership: { _ in PerfmonMount.rootOwned(0o755) },
        report: { $0.history.record($1) }
    )
}
