import FuseKit
import PerfmonEngine

/// `cpu/cpuN/`: what perfmon2 kept under /sys/devices/system/cpu.
enum CPUStatisticsDirectory {
    static let table = DirectoryTable<PerfmonMount>(
        kind: "cpu",
        families: [
            ChildFamily(
                "cpuN",
                summary: "Statistics of one CPU.",
                isDirectory: true,
                names: { mount, _ in mount.engine.onlineCPUs.map { "cpu\($0)" } },
                find: { mount, name in
                    guard let number = RegisterNames.number(name, "cpu"),
                        mount.engine.onlineCPUs.contains(number)
                    else { return nil }
                    return .directory(
                        TableDirectory(cpuTable, of: Subject(mount: mount, cpu: number))
                    )
                }
            )
        ],
        ownership: { _ in PerfmonMount.rootOwned(0o755) },
        report: { $0.history.record($1) }
    )

    struct Subject {
        let mount: PerfmonMount
        let cpu: Int

        var statistics: CPUStatistics { mount.engine.statistics[cpu] }
    }

    static let cpuTable = DirectoryTable<Subject>(
        kind: "cpu/cpuN",
        files: CPUStatistics.fields.map { field in
            FileRow(
                field.name,
                mode: 0o444,
                format: "decimal",
                summary: field.summary,
                content: .value(
                    show: { subject, _, text in
                        text.append(line: subject.statistics[keyPath: field.path])
                    },
                    store: nil
                )
            )
        } + [
            FileRow(
                "stats",
                mode: 0o444,
                format: "NAME VALUE lines",
                summary: "All statistics of the CPU from one instant.",
                content: .value(
                    show: { subject, _, text in
                        let statistics = subject.statistics
                        for field in CPUStatistics.fields {
                            text.append(field.name)
                            text.append(" ")
                            text.append(line: statistics[keyPath: field.path])
                        }
                    },
                    store: nil
                )
            )
        ],
        ownership: { _ in PerfmonMount.rootOwned(0o755) },
        report: { $0.mount.history.record($1) }
    )
}
