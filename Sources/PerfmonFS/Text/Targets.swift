import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// What users write to `load_context`, and how `target` shows it.
enum Targets {
    /// A target and the set to begin with.
    struct Request: Equatable {
        var target: Target
        var set: UInt16 = 0
    }

    /// A target by the number that the client has for it.
    static func text(_ target: Target, for client: Client) -> String {
        switch target.tasks {
        case .thread(let tid): "tid \(ThreadNumbers.of(client).theirs(tid))"
        case .process(let pid): "pid \(ThreadNumbers.of(client).theirs(pid))"
        case .tree(let pid): "tree \(ThreadNumbers.of(client).theirs(pid))"
        case .cgroup(let path): "cgroup \(path)"
        case .all:
            target.cpu.map { "cpu \($0)" } ?? "cpus \(target.cpus?.description ?? "all")"
        }
    }

    /// Reads `pid N`, `tid N`, `self`, `cpu N`, or a bare number, which is a thread or, in a
    /// system-wide context, a CPU, as perfmon2 meant it; `set=N` may follow.
    ///
    /// - Throws: EINVAL with the word at fault.
    static func parse(
        _ line: CommandLine,
        isSystemWide: Bool,
        by client: Client
    ) throws(PfmError) -> Request {
        var words = line.words.map(\.text)
        var set: UInt16 = 0
        if let last = words.last, last.hasPrefix("set=") {
            set = try SetNumbers.parse(String(last.dropFirst(4)))
            words.removeLast()
        }
        guard let first = words.first else {
            throw PfmError(
                .invalidArgument,
                "an empty line names no target",
                hint: forms
            )
        }
        if first == "self", words.count == 1 {
            return Request(target: .thread(client.tid), set: set)
        }
        try refuseOtherKinds(first)
        if words.count == 1, first.utf8.first.map({ (0x30...0x39).contains($0) }) ?? false {
            return Request(
                target: isSystemWide
                    ? .cpu(Int(try number(first))) : .thread(try thread(first, client)),
                set: set
            )
        }
        guard words.count == 2 else {
            throw PfmError(
                .invalidArgument,
                "\(line.trimmed) is no target",
                hint: forms,
                subject: first
            )
        }
        switch first {
        case "pid", "tid":
            return Request(target: .thread(try thread(words[1], client)), set: set)
        case "cpu": return Request(target: .cpu(Int(try number(words[1]))), set: set)
        default:
            throw PfmError(
                .invalidArgument,
                "\(first) is no kind of target",
                hint: forms,
                subject: first
            )
        }
    }

    /// Says what to do in place of kinds of targets that one might look for.
    private static func refuseOtherKinds(_ kind: String) throws(PfmError) {
        let hints = [
            "cpus": "make a context for each CPU, and write cpu N to each",
            "cgroup": "write tid N for a thread of its cgroup.threads; inherit in ctx_flags counts "
                + "what that thread starts",
        ]
        guard let hint = hints[kind] else { return }
        throw PfmError(
            .invalidArgument,
            "\(kind) is no target: a context monitors one thread or one CPU",
            hint: hint,
            subject: kind
        )
    }

    private static let forms = "write pid N, tid N, self or cpu N; set=N may follow"

    /// The thread that a client means by a number.
    private static func thread(_ text: String, _ client: Client) throws(PfmError) -> Int32 {
        try ThreadNumbers.of(client).ours(try number(text))
    }

    private static func number(_ text: String) throws(PfmError) -> Int32 {
        Int32(try Numbers.bounded(text, 0...UInt64(Int32.max), "the number"))
    }
}

/// Ids of event sets.
enum SetNumbers {
    /// - Throws: EINVAL for anything but a number from 0 to 65535.
    static func parse(_ text: String) throws(PfmError) -> UInt16 {
        UInt16(try Numbers.bounded(text, 0...65535, "the set"))
    }
}
