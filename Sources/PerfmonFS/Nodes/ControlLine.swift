import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// One line of `ctl`: a call of perfmon2 by its name, with its fields as key=value.
///
/// `write_pmcs SET pmcN value=V [flags=no_emul64]`,
/// `write_pmds SET pmdN [value=V] [long_reset=V] [short_reset=V] [random_mask=V]
/// [ovfl_switch_cnt=N] [smpl_eventid=N] [reset_pmds=LIST] [smpl_pmds=LIST] [flags=W[,W]]`,
/// `create_evtsets N [flags=W[,W]] [timeout=T] [id_next=N]`, `delete_evtsets N`,
/// `load_context TARGET [set=N]`, `unload_context`, `start [set=N]`, `stop`, `restart`.
enum ControlLine {
    /// - Throws: EINVAL with the word at fault, or what the command itself throws.
    static func run(
        _ line: CommandLine,
        in context: Context,
        by client: Client
    ) throws(PfmError) {
        let words = line.words.map(\.text)
        guard let name = words.first else {
            throw PfmError(
                .invalidArgument,
                "an empty line is no command",
                hint: "\(names) are known"
            )
        }
        let arguments = Array(words.dropFirst())
        try ContextCommands.authorise(name, in: context, by: client)
        switch name {
        case "write_pmcs": try writePmc(arguments, context, client)
        case "write_pmds": try writePmd(arguments, context, client)
        case "create_evtsets": try createSet(arguments, context)
        case "delete_evtsets":
            try expect(arguments, 1, name, "N")
            try context.deleteSet(try SetNumbers.parse(arguments[0]))
        case "load_context":
            let rest = CommandLine(arguments.joined(separator: " "))
            let request = try Targets.parse(
                rest,
                isSystemWide: context.flags.contains(.systemWide),
                by: client
            )
            try context.load(
                on: request.target,
                set: request.set,
                process: request.isProcess,
                by: client
            )
        case "unload_context":
            try expect(arguments, 0, name, "")
            try context.unload(by: client)
        case "start": try start(arguments, context, client)
        case "stop":
            try expect(arguments, 0, name, "")
            try context.stop(by: client)
        case "restart":
            try expect(arguments, 0, name, "")
            try context.restart(by: client)
        default:
            throw PfmError(
                .invalidArgument,
                "\(name) is no command",
                hint: "\(names) are known",
                subject: name
            )
        }
    }

    private static let names =
        "write_pmcs, write_pmds, create_evtsets, delete_evtsets, load_context, unload_context, "
        + "start, stop, restart"

    private static func expect(
        _ arguments: [String],
        _ count: Int,
        _ name: String,
        _ form: String
    ) throws(PfmError) {
        guard arguments.count != count else { return }
        throw PfmError(
            .invalidArgument,
            "\(name) takes \(count) argument\(count == 1 ? "" : "s")",
            hint: "write \(name)\(form.isEmpty ? "" : " ")\(form)",
            subject: arguments.count > count ? arguments[count] : name
        )
    }

    private static func start(
        _ arguments: [String],
        _ context: Context,
        _ client: Client
    ) throws(PfmError) {
        guard let first = arguments.first else { return try context.start(by: client) }
        guard arguments.count == 1, first.hasPrefix("set=") else {
            throw PfmError(
                .invalidArgument,
                "start takes set=N or nothing",
                hint: "write start set=N",
                subject: first
            )
        }
        try context.start(set: try SetNumbers.parse(String(first.dropFirst(4))), by: client)
    }

    /// The set and the register that begin a register command.
    private static func register(
        _ arguments: [String],
        _ kind: String
    ) throws(PfmError) -> (set: UInt16, number: Int) {
        guard arguments.count >= 2 else {
            throw PfmError(
                .invalidArgument,
                "a set and a register are missing",
                hint: "write write_\(kind)s SET \(kind)N value=V"
            )
        }
        let set = try SetNumbers.parse(arguments[0])
        guard let number = RegisterNames.number(arguments[1], kind) else {
            throw PfmError(
                .invalidArgument,
                "\(arguments[1]) is no \(kind)",
                hint: "write \(kind)N with a decimal N",
                subject: arguments[1]
            )
        }
        return (set, number)
    }

    private static func writePmc(
        _ arguments: [String],
        _ context: Context,
        _ client: Client
    ) throws(PfmError) {
        let (set, number) = try register(arguments, "pmc")
        var value: UInt64?
        var flags: RegisterFlags = []
        for pair in try pairs(arguments.dropFirst(2)) {
            switch pair.key {
            case "value": value = try Numbers.register(pair.value)
            case "flags": flags = try Words.pmc.parse(commaLine(pair.value))
            default: throw unknownKey(pair.key, "value, flags")
            }
        }
        guard let value else {
            throw PfmError(.invalidArgument, "value= is missing", hint: "write value=V")
        }
        try context.writePmc(number, set: set, value: value, flags: flags, by: client)
    }

    private static func writePmd(
        _ arguments: [String],
        _ context: Context,
        _ client: Client
    ) throws(PfmError) {
        let (set, number) = try register(arguments, "pmd")
        var settings = CounterSettings()
        for pair in try pairs(arguments.dropFirst(2)) {
            switch pair.key {
            case "value": settings.value = try Numbers.register(pair.value)
            case "long_reset": settings.longReset = try Numbers.register(pair.value)
            case "short_reset": settings.shortReset = try Numbers.register(pair.value)
            case "random_mask": settings.randomMask = try Numbers.register(pair.value)
            case "ovfl_switch_cnt": settings.switchCount = try Numbers.unsigned(pair.value)
            case "smpl_eventid": settings.eventID = try Numbers.unsigned(pair.value)
            case "reset_pmds":
                settings.resetPmds = try RegisterLists.parse(pair.value, prefix: "pmd")
            case "smpl_pmds":
                settings.sampledPmds = try RegisterLists.parse(pair.value, prefix: "pmd")
            case "flags": settings.flags = try Words.pmd.parse(commaLine(pair.value))
            default:
                throw unknownKey(
                    pair.key,
                    "value, long_reset, short_reset, random_mask, ovfl_switch_cnt, smpl_eventid, "
                        + "reset_pmds, smpl_pmds, flags"
                )
            }
        }
        try context.writePmd(number, set: set, settings, by: client)
    }

    private static func createSet(_ arguments: [String], _ context: Context) throws(PfmError) {
        guard let first = arguments.first else {
            throw PfmError(
                .invalidArgument,
                "create_evtsets takes a set",
                hint: "write create_evtsets N"
            )
        }
        let id = try SetNumbers.parse(first)
        var settings = SetSettings()
        for pair in try pairs(arguments.dropFirst()) {
            switch pair.key {
            case "flags": settings.flags = try Words.set.parse(commaLine(pair.value))
            case "timeout": settings.timeout = try Numbers.duration(pair.value)
            case "id_next": settings.nextID = try SetNumbers.parse(pair.value)
            default: throw unknownKey(pair.key, "flags, timeout, id_next")
            }
        }
        if context.set(id) == nil { try context.createSet(id) }
        try context.changeSet(id, settings)
    }

    private static func commaLine(_ text: String) -> CommandLine {
        CommandLine(text.split(separator: ",").joined(separator: " "))
    }

    private static func pairs(
        _ words: ArraySlice<String>
    ) throws(PfmError) -> [(key: String, value: String)] {
        var result: [(key: String, value: String)] = []
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw PfmError(
                    .invalidArgument,
                    "\(word) is no key=value",
                    hint: "write key=value",
                    subject: word
                )
            }
            result.append((String(parts[0]), String(parts[1])))
        }
        return result
    }

    private static func unknownKey(_ key: String, _ known: String) -> PfmError {
        PfmError(
            .invalidArgument,
            "\(key) is no key here",
            hint: "\(known) are known",
            subject: key
        )
    }
}
