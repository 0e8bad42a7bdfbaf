import FuseKit
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// `simulated/`: what a backend lets be moved by hand, the time in which it lives.
enum SimulatedDirectory {
    static let table = DirectoryTable<PerfmonMount>(
        kind: "simulated",
        files: [
            FileRow(
                "clock",
                mode: 0o644,
                format: "decimal, nanoseconds; writing +DURATION moves a manual clock forward",
                summary: "The simulated time; mount with simulated_clock=manual to move it.",
                content: .value(
                    show: { mount, _, text in
                        mount.engine.drain()
                        text.append(line: mount.engine.now)
                    },
                    store: { mount, _, line throws(PfmError) in try advance(mount, line) }
                )
            )
        ],
        ownership: { _ in PerfmonMount.rootOwned(0o755) },
        report: { $0.history.record($1) }
    )

    private static func advance(
        _ mount: PerfmonMount,
        _ line: CommandLine
    ) throws(PfmError) {
        guard let controls = mount.engine.backend.manualControls, controls.isManual else {
            throw PfmError(
                .notPermitted,
                "this clock runs by itself",
                hint: "mount with -o backend=simulated,simulated_clock=manual to move it"
            )
        }
        let text = line.trimmed
        guard text.hasPrefix("+") else {
            throw PfmError(
                .invalidArgument,
                "time only goes forward",
                hint: "write +DURATION, such as +10ms",
                subject: text
            )
        }
        let duration = try Numbers.duration(String(text.dropFirst()))
        guard duration <= longestStep else {
            throw PfmError(
                .invalidArgument,
                "\(text) is too long a step",
                hint: "at most one day at once",
                subject: text
            )
        }
        controls.advance(by: duration)
        mount.engine.drain()
    }

    private static let longestStep: UInt64 = 86_400_000_000_000
}
