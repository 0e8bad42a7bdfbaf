import CLinux
import Glibc
import Logging
import Synchronization

/// Where the daemon's log goes: standard error in front, the system log in the background.
final class LogDestination: Sendable {
    static let shared = LogDestination()

    private let isInBackground = Atomic(false)

    /// Sends the log to the system log from now on.
    func moveToBackground() {
        isInBackground.store(true, ordering: .relaxed)
    }

    func write(_ line: String, level: Logger.Level = .error) {
        if isInBackground.load(ordering: .relaxed) {
            clinux_syslog(LOG_DAEMON | Self.priority(of: level), line)
        } else {
            var text = "pfmfs: \(line)\n"
            text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
        }
    }

    private static func priority(of level: Logger.Level) -> Int32 {
        switch level {
        case .trace, .debug: LOG_DEBUG
        case .info: LOG_INFO
        case .notice: LOG_NOTICE
        case .warning: LOG_WARNING
        case .error: LOG_ERR
        case .critical: LOG_CRIT
        }
    }
}

/// swift-log's back end of the daemon: one line per message, metadata behind it.
struct ProgramLog: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(level: Logger.Level) {
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line = "\(event.message)"
        let all = metadata.merging(event.metadata ?? [:]) { _, given in given }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            line += " \(key)=\(value)"
        }
        LogDestination.shared.write(line, level: event.level)
    }
}
