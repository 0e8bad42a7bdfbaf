import CLinux
import DequeModule
import LinuxSupport
import PerfmonEngine
import PerfmonModel

/// What was refused lately: `info/error_log`, and `info/last_cmd_status` for each user.
final class CommandHistory {
    /// Refusals that are kept.
    static let capacity = 32

    /// A command that was refused.
    struct Refusal: Sendable {
        fileprivate var time: UInt64
        fileprivate var report: CommandReport
    }

    private var refusals: Deque<Refusal> = []
    private var status: [UInt32: String] = [:]

    /// The sentence of a report, as every `last_cmd_status` shows it.
    static func sentence(of report: CommandReport, note: String = "") -> String {
        guard var error = report.error else {
            return note.isEmpty ? "ok" : "ok (\(note))"
        }
        error.message = Excerpt.ends(of: error.message)
        return error.description
    }

    func record(_ report: CommandReport, note: String = "") {
        if report.kind == .open { return }
        status[report.client.uid] = Self.sentence(of: report, note: note)
        guard report.error != nil, report.kind != .read else { return }
        if refusals.count == Self.capacity { refusals.removeFirst() }
        refusals.append(Refusal(time: clinux_wall_clock(), report: report))
    }

    /// The result of the last command of a user; "ok" when there was none.
    func lastStatus(uid: UInt32) -> String {
        status[uid] ?? "ok"
    }

    /// The refusals that a client may see, oldest first: root sees all, others their own.
    func refusals(for client: Client) -> [Refusal] {
        let seesAll = PerfmonMount.isAdministrator(client)
        return refusals.filter { seesAll || $0.report.client.uid == client.uid }
    }
}

extension CommandHistory.Refusal {
    /// Appends the entry of `error_log`.
    func show(in text: inout TextBuffer) {
        text.append(
            line: "[\(time)] uid=\(report.client.uid) pid=\(report.client.tid) "
                + "path=\(report.path)"
        )
        if !report.text.isEmpty {
            let (shown, offset) = Excerpt.around(report.offset, of: report.text)
            text.append(line: "  \(shown)")
            text.append(line: "  " + String(repeating: " ", count: offset) + "^")
        }
        text.append(line: "  \(CommandHistory.sentence(of: report))")
    }
}
