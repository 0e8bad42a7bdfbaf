import Glibc
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// Lines of `notify`: `tid N signal S`, `self signal S`, `none`.
enum SignalRequests {
    /// - Returns: nil for `none`.
    /// - Throws: EINVAL with the word at fault.
    static func parse(
        _ line: CommandLine,
        by client: Client
    ) throws(PfmError) -> SignalRequest? {
        var words = line.words.map(\.text)
        if words == ["none"] { return nil }
        let isSelf = words.first == "self"
        if isSelf { words.replaceSubrange(0...0, with: ["tid", "\(client.tid)"]) }
        guard words.count == 4, words[0] == "tid", words[2] == "signal" else {
            throw PfmError(
                .invalidArgument,
                "\(line.trimmed.isEmpty ? "an empty line" : line.trimmed) "
                    + "asks for no signal",
                hint: "write tid N signal S, self signal S, or none",
                subject: words.first
            )
        }
        let tid = Int32(try Numbers.bounded(words[1], 1...UInt64(Int32.max), "the thread"))
        return SignalRequest(
            tid: isSelf ? tid : try ThreadNumbers.of(client).ours(tid),
            signal: try signal(words[3])
        )
    }

    /// Shows what a line asked for, so that it can be written back.
    static func show(_ notice: SignalNotice?, to client: Client, in text: inout TextBuffer) {
        guard let notice else { return text.append(line: "none") }
        let name = names.first { $0.number == notice.signal }?.name ?? String(notice.signal)
        let tid = ThreadNumbers.of(client).theirs(notice.tid)
        text.append(line: "tid \(tid) signal \(name)")
    }

    private static func signal(_ text: String) throws(PfmError) -> Int32 {
        let name = text.hasPrefix("SIG") ? String(text.dropFirst(3)) : text
        if let known = names.first(where: { $0.name == name }) { return known.number }
        let range = SignalNotice.signalRange
        guard let number = Int32(text), range.contains(number) else {
            throw PfmError(
                .invalidArgument,
                "\(text) is no signal",
                hint: "write 1 to 64, or one of " + names.map(\.name).joined(separator: " "),
                subject: text
            )
        }
        return number
    }

    private static let names: [(name: String, number: Int32)] = [
        ("HUP", SIGHUP), ("INT", SIGINT), ("QUIT", SIGQUIT), ("USR1", SIGUSR1), ("USR2", SIGUSR2),
        ("ALRM", SIGALRM), ("TERM", SIGTERM), ("CONT", SIGCONT), ("URG", SIGURG),
        ("PROF", SIGPROF), ("WINCH", SIGWINCH), ("IO", SIGIO), ("POLL", SIGIO),
    ]
}
