import FuseKit
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// `contexts/NAME/sets/N/`: one event set and its registers.
enum SetDirectory {
    static let table: DirectoryTable<SetSubject> = DirectoryTable(
        kind: "set",
        files: SetSettingFiles.rows + SetReadings.rows,
        families: [
            ChildFamily(
                "pmcN",
                summary: "A configuration register of the set.",
                isDirectory: false,
                names: { subject, _ in subject.context.pmu.pmcs.map { "pmc\($0.number)" } },
                find: { subject, name in
                    guard let number = RegisterNames.number(name, "pmc"),
                        let register = subject.context.pmu.pmc(number)
                    else { return nil }
                    return .file(
                        TableFile(
                            PmcFile.row(register),
                            of: subject,
                            in: table,
                            of: subject
                        )
                    )
                }
            ),
            ChildFamily(
                "pmdN",
                summary: "A data register of the set.",
                isDirectory: true,
                names: { subject, _ in subject.context.pmu.pmds.map { "pmd\($0.number)" } },
                find: { subject, name in
                    guard let number = RegisterNames.number(name, "pmd"),
                        subject.context.pmu.pmd(number) != nil
                    else { return nil }
                    return .directory(
                        TableDirectory(
                            PmdDirectory.table,
                            of: PmdSubject(set: subject, number: number)
                        )
                    )
                }
            ),
        ],
        ownership: { $0.node.ownership(ofDirectory: $0.path) },
        setOwnership: { $0.node.setOwnership(ofDirectory: $0.path, to: $2) },
        fileOwnership: { subject, name, usual in
            subject.node.ownership(ofFile: subject.path(name), usual: usual)
        },
        setFileOwnership: { subject, name, usual, new in
            subject.node.setOwnership(ofFile: subject.path(name), usual: usual, to: new)
        },
        isGone: { $0.isGone },
        report: { subject, report in subject.node.record(report) }
    )
}

/// The files that say how a set is left, and what it counts.
enum SetSettingFiles {
    static let rows: [FileRow<SetSubject>] = [
        FileRow(
            "set_flags",
            mode: 0o644,
            format: "words: ovfl_switch time_switch expl_next, or none",
            summary: "How the set is left.",
            content: .commands(
                show: { subject, _, text in text.append(line: Words.set.text(subject.set.flags)) },
                decode: { subject, _, line throws(PfmError) in
                    subject.change(SetSettings(flags: try Words.set.parse(line)))
                }
            )
        ),
        FileRow(
            "set_timeout",
            mode: 0o644,
            format: "decimal, nanoseconds; the suffixes ns us ms s are accepted",
            summary: "Time after which a time-switched set is left; reads back rounded up.",
            content: .commands(
                show: { subject, _, text in text.append(line: subject.set.timeout) },
                decode: { subject, _, line throws(PfmError) in
                    subject.change(SetSettings(timeout: try Numbers.duration(line.trimmed)))
                }
            )
        ),
        FileRow(
            "set_id_next",
            mode: 0o644,
            format: "decimal",
            summary: "The set that follows when expl_next is set.",
            content: .commands(
                show: { subject, _, text in text.append(line: subject.set.nextID) },
                decode: { subject, _, line throws(PfmError) in
                    subject.change(SetSettings(nextID: try SetNumbers.parse(line.trimmed)))
                }
            )
        ),
        FileRow(
            "events",
            mode: 0o644,
            format: "EVENT ..., or none",
            summary: "The events of the set by name; word i counts in PMD i.",
            content: .commands(
                show: { subject, _, text in
                    let names = EventLines.names(of: subject.set, in: subject.context)
                    text.append(line: names.isEmpty ? "none" : names.joined(separator: " "))
                },
                longest: { CounterLines.longest($0.context) },
                decode: { subject, _, line throws(PfmError) in
                    guard !line.words.isEmpty else {
                        throw PfmError(
                            .invalidArgument,
                            "an empty line names no event",
                            hint: "write event names, or none to clear the set"
                        )
                    }
                    let names = line.words.map(\.text)
                    return .setEvents(names == ["none"] ? [] : names, set: subject.id)
                }
            )
        ),
    ]
}

/// The files that show how a set is doing.
enum SetReadings {
    static let rows: [FileRow<SetSubject>] = [
        reading("set_timeout_left", "decimal, nanoseconds", "Time left before the set is left.") {
            (info, text) in text.append(line: info.timeoutLeft)
        },
        reading("set_runs", "decimal", "Activations since the load.") {
            (info, text) in text.append(line: info.runs)
        },
        reading("set_act_duration", "decimal, nanoseconds", "Time for which the set was active.") {
            (info, text) in text.append(line: info.activeDuration)
        },
        reading("set_ovfl_pmds", "register list, or none", "The PMDs that overflowed last.") {
            (info, text) in text.append(line: info.overflowedPmds.description)
        },
        reading("set_avail_pmcs", "register list", "The PMCs that can be used.") {
            (info, text) in text.append(line: info.availablePmcs.description)
        },
        reading("set_avail_pmds", "register list", "The PMDs that can be used.") {
            (info, text) in text.append(line: info.availablePmds.description)
        },
        reading("set_info", "NAME VALUE lines", "All of the above from one instant.") {
            (info, text) in
            text.append(line: "set_flags \(Words.set.text(info.flags))")
            text.append(line: "set_timeout \(info.timeout)")
            text.append(line: "set_timeout_left \(info.timeoutLeft)")
            text.append(line: "set_id_next \(info.nextID)")
            text.append(line: "set_runs \(info.runs)")
            text.append(line: "set_act_duration \(info.activeDuration)")
            text.append(line: "set_ovfl_pmds \(info.overflowedPmds)")
            text.append(line: "set_avail_pmcs \(info.availablePmcs)")
            text.append(line: "set_avail_pmds \(info.availablePmds)")
        },
        FileRow(
            "pmcs",
            mode: 0o444,
            format: "pmcN value=0x... name=... lines",
            summary: "The PMCs that are in use.",
            content: .value(
                show: { subject, _, text in PmcLines.show(subject, &text) },
                store: nil,
                longest: { PmcLines.longest($0) }
            )
        ),
        FileRow(
            "pmds",
            mode: 0o444,
            format: "pmdN value=... enabled=NS running=NS pct=... quality=... event=... lines",
            summary: "The PMDs that are in use, all values from one instant.",
            content: .value(
                show: { subject, client, text throws(PfmError) in
                    let result = try subject.node.perform(
                        .readCounters(set: subject.id),
                        by: client
                    )
                    PmdLines.show(result.counters, &text)
                },
                store: nil,
                longest: { PmdLines.longest($0) }
            )
        ),
        view,
    ]

    /// The set's view, one binary snapshot per pass through the file.
    private static let view = FileRow<SetSubject>(
        "view",
        mode: 0o444,
        format: "binary, \(Context.viewSize) bytes (struct pfm_set_view)",
        summary: "The set as perfmon2 mapped it, with values as of now; with map_sets.",
        content: .custom(
            size: { _, _ in UInt64(Context.viewSize) },
            open: { subject, _, _ in SetViewHandle(subject) }
        ),
        isPresent: { $0.context.flags.contains(.mapSets) }
    )

    private static func reading(
        _ name: String,
        _ format: String,
        _ summary: String,
        _ show: @escaping @Sendable (SetInformation, inout TextBuffer) -> Void
    ) -> FileRow<SetSubject> {
        FileRow(
            name,
            mode: 0o444,
            format: format,
            summary: summary,
            content: .value(
                show: { subject, client, text throws(PfmError) in
                    let result = try subject.node.perform(.infoOfSets([subject.id]), by: client)
                    for information in result.sets { show(information, &text) }
                },
                store: nil
            )
        )
    }
}
