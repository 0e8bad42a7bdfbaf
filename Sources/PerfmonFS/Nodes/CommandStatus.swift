import PerfmonModel

/// What `last_cmd_status` shows: what became of the last command, of which a refusal stays until
/// somebody has had the time to read it.
struct CommandStatus {
    private enum Shown {
        case success
        /// A value that could not be read. Only this tells why, but reading is not a command: it
        /// takes the place of a success, never that of a refusal.
        case refusedRead
        case refusal
    }

    private var shown = Shown.success
    private var sentence = "ok"
    /// Refusals before the one that is shown, which nobody had read when the next one came.
    private var others = 0
    private var isUnread = false
    /// When the refusal was recorded, in nanoseconds.
    private var time: UInt64 = 0

    /// A success does not hide a refusal that nobody has read for so many nanoseconds: of several
    /// lines that are pasted into a shell, the last may well succeed.
    private static let keepingTime: UInt64 = 1_000_000_000

    /// The sentence of a report.
    static func sentence(of report: CommandReport, note: String = "") -> String {
        guard var error = report.error else {
            return note.isEmpty ? "ok" : "ok (\(note))"
        }
        error.message = Excerpt.ends(of: error.message)
        return error.sentence
    }

    /// Takes in what became of a command.
    ///
    /// - Parameter now: nanoseconds of a clock that nobody sets.
    mutating func record(_ report: CommandReport, note: String = "", at now: UInt64) {
        if report.kind.isCommand {
            if report.error == nil {
                succeed(report, note, now)
            } else {
                refuse(report, now)
            }
        } else if report.kind == .read, report.error != nil, shown != .refusal {
            shown = .refusedRead
            sentence = Self.sentence(of: report)
        }
    }

    /// What is shown; it then counts as read.
    mutating func take() -> String {
        isUnread = false
        guard others > 0 else { return sentence }
        return "\(sentence) (and \(others) more, see info/error_log)"
    }

    private mutating func succeed(_ report: CommandReport, _ note: String, _ now: UInt64) {
        if shown == .refusal, isUnread, now &- time < Self.keepingTime { return }
        shown = .success
        sentence = Self.sentence(of: report, note: note)
        others = 0
        isUnread = false
    }

    private mutating func refuse(_ report: CommandReport, _ now: UInt64) {
        others = isUnread ? others + 1 : 0
        shown = .refusal
        sentence = Self.sentence(of: report)
        isUnread = true
        time = now
    }
}
