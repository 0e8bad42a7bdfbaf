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

    /// Nanoseconds of a clock that nobody sets, for how long a status stays.
    var clock: () -> UInt64 = { MonotonicClock.now }
    private var refusals: Deque<Refusal> = []
    private var statuses: [UInt32: CommandStatus] = [:]

    func record(_ report: CommandReport, note: String = "") {
        statuses[report.client.uid, default: CommandStatus()]
            .record(report, note: note, at: clock())
        guard report.error != nil, report.kind.isCommand else { return }
        if refusals.count == Self.capacity { refusals.removeFirst() }
        refusals.append(Refusal(time: clinux_wall_clock(), report: report))
    }

    /// What became of the last command of a user; "ok" when there was none. It then counts as read.
    func takeStatus(uid: UInt32) -> String {
        statuses[uid]?.take() ?? "ok"
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
        text.append(line: "  \(CommandStatus.sentence(of: report))")
    }
}
