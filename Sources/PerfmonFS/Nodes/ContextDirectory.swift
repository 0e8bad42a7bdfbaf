import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// `contexts/NAME/`: one monitoring context.
enum ContextDirectory {
    static let table = DirectoryTable<ContextNode>(
        kind: "context",
        files: ContextSettings.rows + ContextCommands.rows + ContextReadings.rows
            + MessageFiles.rows,
        directories: [
            DirectoryRow(
                "sets",
                summary: "The event sets; mkdir N makes one, rmdir N removes it.",
                open: { TableDirectory(SetsDirectory.table, of: $0) }
            )
        ],
        families: [
            ChildFamily(
                "smpl",
                summary: "The samples, once smpl_fmt names a sampling format.",
                isDirectory: true,
                isReplaceable: true,
                names: { node, _ in node.sampling == nil ? [] : ["smpl"] },
                find: { node, name in
                    guard name == "smpl", let sampling = node.sampling else { return nil }
                    return .directory(TableDirectory(SamplingDirectory.table, of: sampling))
                }
            )
        ],
        ownership: { $0.ownership },
        setOwnership: { node, _, ownership in node.setOwnership(ownership) },
        fileOwnership: { node, name, usual in node.ownership(ofFile: name, usual: usual) },
        setFileOwnership: { node, name, usual, new in
            node.setOwnership(ofFile: name, usual: usual, to: new)
        },
        isGone: { $0.context.isRemoved },
        report: { node, report in node.record(report) }
    )
}

/// The files that say what a context is and what it monitors.
enum ContextSettings {
    static let rows: [FileRow<ContextNode>] = [
        FileRow(
            "ctx_flags",
            mode: 0o644,
            format: "words: notify_block system_wide map_sets ovfl_no_msg inherit, or none",
            summary: "How the context behaves; inherit counts the children of the thread too.",
            content: .commands(
                show: { node, _, text in
                    text.append(line: Words.context.text(node.context.flags))
                },
                decode: { _, _, line throws(PfmError) in
                    .setFlags(try Words.context.parse(line))
                }
            )
        ),
        FileRow(
            "events",
            mode: 0o644,
            format: "[setN:] EVENT ... lines, or none",
            summary: "The events of each set by name; word i counts in PMD i.",
            content: .commands(
                show: { node, _, text in EventLines.show(node.context, &text) },
                longest: { CounterLines.longest($0.context) },
                decode: { _, _, line throws(PfmError) in try EventLines.decode(line) }
            )
        ),
        FileRow(
            "smpl_fmt",
            mode: 0o644,
            format: "FORMAT ARGUMENT=VALUE ..., or none",
            summary: "The sampling format; formats/ has those there are, and smpl/ the samples.",
            content: .commands(
                show: { node, _, text in FormatLine.show(node.context.sampling, &text) },
                decode: { node, _, line throws(PfmError) in
                    .setFormat(try FormatLine.parse(line, node.engine.options.formats))
                }
            )
        ),
        FileRow(
            "load_context",
            mode: 0o644,
            format: "pid N, tid N, self, cpu N, or a bare number; set=N may follow",
            summary: "What is monitored; writing attaches the context.",
            content: .commands(
                show: { node, client, text in
                    text.append(
                        line: node.context.target.map { Targets.text($0, for: client) } ?? ""
                    )
                },
                decode: { node, client, line throws(PfmError) in
                    let request = try Targets.parse(
                        line,
                        isSystemWide: node.context.flags.contains(.systemWide),
                        by: client
                    )
                    return .load(request.target, set: request.set)
                }
            )
        ),
    ]
}

/// The files that are written to give a command.
enum ContextCommands {
    static let rows: [FileRow<ContextNode>] = [
        command("unload_context", "1", "Takes the context off its target; counts stay.") {
            (_, _, line) throws(PfmError) in
            try requireOne(line)
            return .unload
        },
        command(
            "start",
            "1, set=N, or exec",
            "Starts monitoring; exec waits for the thread's next exec.",
            start
        ),
        command("stop", "1", "Stops monitoring.") { (_, _, line) throws(PfmError) in
            try requireOne(line)
            return .stop
        },
        command("restart", "1", "Acknowledges an overflow: resets and counts on.") {
            (_, _, line) throws(PfmError) in
            try requireOne(line)
            return .restart
        },
        command(
            "ctl",
            "perfmon2 calls, one a line",
            "Several commands; until it is closed, the first that fails ends them all.",
            isBatch: true,
            { (node, client, line) throws(PfmError) in
                try ControlLine.decode(line, for: node.context, by: client)
            }
        ),
    ]

    private static func command(
        _ name: String,
        _ format: String,
        _ summary: String,
        isBatch: Bool = false,
        _ decode: @escaping Decode<ContextNode>
    ) -> FileRow<ContextNode> {
        FileRow(
            name,
            mode: 0o200,
            format: format,
            summary: summary,
            content: .commands(decode: decode),
            isBatch: isBatch
        )
    }

    /// `1`, `set=N` or `exec`.
    private static func start(
        _ node: ContextNode,
        _ client: Client,
        _ line: CommandLine
    ) throws(PfmError) -> ContextCommand {
        let word = line.trimmed
        if word == "exec" { return .startAtExec }
        if word.hasPrefix("set=") {
            return .start(set: try SetNumbers.parse(String(word.dropFirst(4))))
        }
        try requireOne(line, or: "set=N or exec")
        return .start(set: nil)
    }

    private static func requireOne(
        _ line: CommandLine,
        or others: String = ""
    ) throws(PfmError) {
        guard line.trimmed != "1" else { return }
        let given = line.trimmed
        throw PfmError(
            .invalidArgument,
            given.isEmpty
                ? "an empty line is not a command" : "\(given) is not a command here",
            hint: others.isEmpty ? "write 1" : "write 1, \(others)",
            subject: given
        )
    }
}

/// The files that show how a context stands.
enum ContextReadings {
    static let rows: [FileRow<ContextNode>] = [
        FileRow(
            "state",
            mode: 0o444,
            format: "unloaded, loaded or masked; started or armed may follow",
            summary: "The state of the context; poll reports POLLPRI when it changes.",
            content: .value(
                show: { node, client, text throws(PfmError) in
                    let standing = try standing(node, client)
                    text.append(standing.state.rawValue)
                    if standing.isAwaitingExec {
                        text.append(" armed")
                    } else if standing.isStarted {
                        text.append(" started")
                    }
                    text.newline()
                },
                store: nil
            ),
            changes: { $0.stateWaiters }
        ),
        FileRow(
            "counters",
            mode: 0o444,
            format: "EVENT VALUE quality=... running=PERCENT set=N pmd=N lines",
            summary: "What every event came to since the load, and how far to trust it.",
            content: .value(
                show: { node, client, text throws(PfmError) in
                    let result = try node.perform(.readCounters(set: nil), by: client)
                    CounterLines.show(result.counters, &text)
                },
                store: nil,
                longest: { CounterLines.longest($0.context) }
            )
        ),
        FileRow(
            "last_cmd_status",
            mode: 0o444,
            format: "ok, or a sentence",
            summary: "What became of the last command in this directory; a refusal stays until it "
                + "was read, or for a second.",
            content: .value(
                show: { node, _, text in text.append(line: node.status.take()) },
                store: nil
            )
        ),
        FileRow(
            "target",
            mode: 0o444,
            format: "tid N, cpu N, or none",
            summary: "What is monitored now.",
            content: .value(
                show: { node, client, text throws(PfmError) in
                    let target = try standing(node, client).target
                    text.append(line: target.map { Targets.text($0, for: client) } ?? "none")
                },
                store: nil
            )
        ),
        FileRow(
            "owner",
            mode: 0o444,
            format: "decimal, user id",
            summary: "Who owns the context.",
            content: .value(
                show: { node, _, text in text.append(line: node.context.uid) },
                store: nil
            )
        ),
        FileRow(
            "created",
            mode: 0o444,
            format: "decimal, seconds since 1970",
            summary: "When the context was made.",
            content: .value(
                show: { node, _, text in text.append(line: node.context.created) },
                store: nil
            )
        ),
        FileRow(
            "active_set",
            mode: 0o444,
            format: "decimal",
            summary: "The set that counts, or will count at the start.",
            content: .value(
                show: { node, client, text throws(PfmError) in
                    text.append(line: try standing(node, client).activeSet)
                },
                store: nil
            ),
            changes: { $0.stateWaiters }
        ),
    ]
    private static func standing(
        _ node: ContextNode,
        _ client: Client
    ) throws(PfmError) -> Standing {
        guard case .standing(let standing) = try node.perform(.readStanding, by: client) else {
            throw FileHolder.gone
        }
        return standing
    }
}
