import FuseKit
import PerfmonEngine
import PerfmonModel

/// `pmu_desc/`: the registers of the logical PMU, as perfmon2's tools read them. Every file ends
/// in a newline, because those tools drop the last byte.
enum PmuDescriptionDirectory {
    static let table = DirectoryTable<PerfmonMount>(
        kind: "pmu_desc",
        files: [
            FileRow(
                "model",
                mode: 0o444,
                format: "text",
                summary: "The name of the PMU.",
                content: .value(
                    show: { mount, _, text in text.append(line: mount.engine.pmu.model) },
                    store: nil
                )
            ),
            FileRow(
                "counter_width",
                mode: 0o444,
                format: "decimal, bits",
                summary: "The width of a counter in hardware.",
                content: .value(
                    show: { mount, _, text in text.append(line: mount.engine.pmu.counterWidth) },
                    store: nil
                )
            ),
        ],
        families: [
            ChildFamily(
                "pmcN",
                summary: "A configuration register.",
                isDirectory: true,
                names: { mount, _ in mount.engine.pmu.pmcs.map { "pmc\($0.number)" } },
                find: { mount, name in
                    guard let number = RegisterNames.number(name, "pmc"),
                        let register = mount.engine.pmu.pmc(number)
                    else { return nil }
                    return .directory(
                        TableDirectory(
                            RegisterFiles.table("pmc"),
                            of: RegisterFiles.Subject(register)
                        )
                    )
                }
            ),
            ChildFamily(
                "pmdN",
                summary: "A data register.",
                isDirectory: true,
                names: { mount, _ in mount.engine.pmu.pmds.map { "pmd\($0.number)" } },
                find: { mount, name in
                    guard let number = RegisterNames.number(name, "pmd"),
                        let register = mount.engine.pmu.pmd(number)
                    else { return nil }
                    return .directory(
                        TableDirectory(
                            RegisterFiles.table("pmd"),
                            of: RegisterFiles.Subject(register)
                        )
                    )
                }
            ),
        ],
        ownership: { _ in PerfmonMount.rootOwned(0o755) },
        report: { $0.history.record($1) }
    )
}

/// The files of one register below `pmu_desc/`.
enum RegisterFiles {
    struct Subject {
        var name: String
        var address: UInt64
        var defaultValue: UInt64
        var reservedMask: UInt64
        var width: Int

        init(_ register: ControlRegister) {
            name = register.name
            address = register.address
            defaultValue = register.defaultValue
            reservedMask = register.reservedMask
            width = 64
        }

        init(_ register: DataRegister) {
            name = register.name
            address = register.address
            defaultValue = 0
            reservedMask = register.reservedMask
            width = register.width
        }
    }

    static func table(_ kind: String) -> DirectoryTable<Subject> {
        DirectoryTable(
            kind: "pmu_desc/\(kind)N",
            files: rows,
            ownership: { _ in PerfmonMount.rootOwned(0o755) },
            report: { _, _ in }
        )
    }

    private static let rows: [FileRow<Subject>] = [
        FileRow(
            "name",
            mode: 0o444,
            format: "text",
            summary: "The name of the hardware register.",
            content: .value(
                show: { register, _, text in text.append(line: register.name) },
                store: nil
            )
        ),
        hex("dfl_val", "The register's value in a new set.", \.defaultValue),
        hex("rsvd_msk", "The bits that keep their default; 1 is reserved.", \.reservedMask),
        hex("addr", "The number of the MSR; 0x0 when there is none.", \.address),
        FileRow(
            "width",
            mode: 0o444,
            format: "decimal, bits",
            summary: "The width of the register.",
            content: .value(
                show: { register, _, text in text.append(line: register.width) },
                store: nil
            )
        ),
    ]

    private static func hex(
        _ name: String,
        _ summary: String,
        _ path: any KeyPath<Subject, UInt64> & Sendable
    ) -> FileRow<Subject> {
        FileRow(
            name,
            mode: 0o444,
            format: "hexadecimal",
            summary: summary,
            content: .value(
                show: { register, _, text in
                    text.append(hex: register[keyPath: path])
                    text.newline()
                },
                store: nil
            )
        )
    }
}
