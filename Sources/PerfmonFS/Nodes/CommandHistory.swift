import CLinux
import DequeModule
import LinuxSupport
import PerfmonEngine
import PerfmonModel

/// What was refused lately: `info/error_log`, and `info/last_cmd_status` for each user.
final class CommandHistory {
    /// Refusals that are kept.
    static let capacity = 32

    private struct Entry {
        var time: UInt64
        var report: CommandReport
        var error: PfmError
    }

    /// Nanoseconds of a clock that nobody sets, for how long a status stays.
    var clock: () -> UInt64 = { MonotonicClock.now }
    private var refusals: Deque<Entry> = []
    private var statuses: [UInt32: CommandStatus] = [:]

    func record(_ report: CommandReport, note: String = "") {
        statuses[report.client.uid, default: CommandStatus()]
            .record(report, note: note, at: clock())
        guard let error = report.error, report.kind.isCommand else { return }
        if refusals.count == Self.capacity { refusals.removeFirst() }
        refusals.append(Entry(time: clinux_wall_clock(), report: report, error: error))
    }

    /// What became of the last command of a user; "ok" when there was none. It then counts as read.
    func takeStatus(uid: UInt32) -> String {
        statuses[uid]?.take() ?? "ok"
    }

    /// Appends the refusals that a client may see, oldest first: root sees all, others their own.
    func show(to client: Client, in text: inout TextBuffer) {
        let seesAll = PerfmonMount.isAdministrator(client)
        for entry in refusals where seesAll || entry.report.client.uid == client.uid {
            let report = entry.report
            text.append(
                line: "[\(entry.time)] uid=\(report.client.uid) pid=\(report.client.tid) "
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
}
