import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// The words behind the name of a call, and what they say. Throws EINVAL with the word at fault.
struct CallArguments {
    let name: String
    let words: [String]
    private let context: Context
    private let client: Client

    init(name: String, words: [String], _ context: Context, _ client: Client) {
        self.name = name
        self.words = words
        self.context = context
        self.client = client
    }

    /// Requires so many words.
    func expect(_ count: Int, _ form: String) throws(PfmError) {
        guard words.count != count else { return }
        throw PfmError(
            .invalidArgument,
            "\(name) takes \(count) argument\(count == 1 ? "" : "s")",
            hint: "write \(name)\(form.isEmpty ? "" : " ")\(form)",
            subject: words.count > count ? words[count] : name
        )
    }

    /// A target, and `set=N`.
    func load() throws(PfmError) -> ContextCommand {
        let request = try Targets.parse(
            CommandLine(words.joined(separator: " ")),
            isSystemWide: context.flags.contains(.systemWide),
            by: client
        )
        return .load(request.target, set: request.set)
    }

    /// `set=N` or nothing.
    func start() throws(PfmError) -> ContextCommand {
        guard let first = words.first else { return .start(set: nil) }
        guard words.count == 1, first.hasPrefix("set=") else {
            throw PfmError(
                .invalidArgument,
                "start takes set=N or nothing",
                hint: "write start set=N",
                subject: first
            )
        }
        return .start(set: try SetNumbers.parse(String(first.dropFirst(4))))
    }

    func controlSetting() throws(PfmError) -> ControlSetting {
        let register = try register("pmc")
        var value: UInt64?
        var flags: RegisterFlags = []
        for pair in try pairs(words.dropFirst(2)) {
            switch pair.key {
            case "value": value = try Numbers.register(pair.value)
            case "flags": flags = try Words.pmc.parse(pair.commaLine)
            default: throw unknownKey(pair.key, "value, flags")
            }
        }
        guard let value else {
            throw PfmError(.invalidArgument, "value= is missing", hint: "write value=V")
        }
        return ControlSetting(register, value: value, flags: flags)
    }

    func dataSetting() throws(PfmError) -> DataSetting {
        let register = try register("pmd")
        var settings = CounterSettings()
        for pair in try pairs(words.dropFirst(2)) {
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
            case "flags": settings.flags = try Words.pmd.parse(pair.commaLine)
            default:
                throw unknownKey(
                    pair.key,
                    "value, long_reset, short_reset, random_mask, ovfl_switch_cnt, smpl_eventid, "
                        + "reset_pmds, smpl_pmds, flags"
                )
            }
        }
        return DataSetting(register, settings)
    }

    func setDescription() throws(PfmError) -> SetDescription {
        guard let first = words.first else {
            throw PfmError(
                .invalidArgument,
                "create_evtsets takes a set",
                hint: "write create_evtsets N"
            )
        }
        var description = SetDescription(try SetNumbers.parse(first))
        for pair in try pairs(words.dropFirst()) {
            switch pair.key {
            case "flags": description.settings.flags = try Words.set.parse(pair.commaLine)
            case "timeout": description.settings.timeout = try Numbers.duration(pair.value)
            case "id_next": description.settings.nextID = try SetNumbers.parse(pair.value)
            default: throw unknownKey(pair.key, "flags, timeout, id_next")
            }
        }
        return description
    }

    /// The set and the register that begin a register call.
    private func register(_ kind: String) throws(PfmError) -> RegisterAddress {
        guard words.count >= 2 else {
            throw PfmError(
                .invalidArgument,
                "a set and a register are missing",
                hint: "write write_\(kind)s SET \(kind)N value=V"
            )
        }
        let set = try SetNumbers.parse(words[0])
        guard let number = RegisterNames.number(words[1], kind) else {
            throw PfmError(
                .invalidArgument,
                "\(words[1]) is not a \(kind)",
                hint: "write \(kind)N with a decimal N",
                subject: words[1]
            )
        }
        return RegisterAddress(number, set: set)
    }

    private struct Pair {
        var key: String
        var value: String

        /// The words between commas as a line.
        var commaLine: CommandLine {
            CommandLine(value.split(separator: ",").joined(separator: " "))
        }
    }

    private func pairs(_ words: ArraySlice<String>) throws(PfmError) -> [Pair] {
        var result: [Pair] = []
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw PfmError(
                    .invalidArgument,
                    "\(word) is not of the form key=value",
                    hint: "write key=value",
                    subject: word
                )
            }
            result.append(Pair(key: String(parts[0]), value: String(parts[1])))
        }
        return result
    }

    private func unknownKey(_ key: String, _ known: String) -> PfmError {
        PfmError(
            .invalidArgument,
            "\(key) is not a key here",
            hint: "\(known) are known",
            subject: key
        )
    }
}
