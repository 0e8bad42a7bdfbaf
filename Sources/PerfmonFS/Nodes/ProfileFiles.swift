import PerfmonEngine
import SystemPackage

/// The files of `smpl/` that profilers read.
enum ProfileFiles {
    static let rows: [FileRow<SamplingNode>] = [
        FileRow(
            "perf.data",
            mode: 0o400,
            format: "binary, as perf record -o - writes it",
            summary: "The stored samples for perf report -i and perf script -i.",
            content: .custom(
                size: { subject, client in
                    let kind = KernelSecrecy.mayKnow(client) ? "perf.data+kernel" : "perf.data"
                    return subject.length(of: kind) { subject.perfDataWriter(for: client) }
                },
                open: { subject, client, _ in
                    SampleSnapshotHandle(subject) { subject.perfDataWriter(for: client) }
                }
            ),
            isPresent: { $0.sampling.about.views.contains(.profile) }
        ),
        FileRow(
            "perf.data_pipe",
            mode: 0o400,
            format: "binary, as perf record -o - writes it",
            summary: "Waits for samples and gives them as perf.data, until the thread has ended.",
            content: .custom(open: { subject, client, _ in
                SampleStreamHandle(subject, subject.perfDataWriter(for: client, follows: true))
            }),
            isPresent: { $0.sampling.about.views.isSuperset(of: [.profile, .stream]) }
        ),
    ]
}
