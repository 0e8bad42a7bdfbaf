import CLinux
import Glibc
import LinuxSupport
import Logging
import Synchronization

/// Where the daemon's log goes: standard error in front, the system log in the background.
///
/// Either may take as long as it likes: a terminal that is stopped, a pipe that nobody reads, a
/// system log that hangs. So once requests are answered a thread of its own writes, and what there
/// is no room for is counted and left out.
final class LogDestination: Sendable {
    static let shared = LogDestination()

    typealias Sink = @Sendable (String, Logger.Level) -> Void

    /// Lines that may wait to be written.
    static let capacity = 1024

    private struct State {
        var isApart = false
        var waiting = 0
        var leftOut = 0
    }

    private let state = Monitor(State())
    private let writer = WorkerPool(name: "pfmfs-log", threads: 1)
    private let isInBackground = Atomic(false)
    /// nil: standard error or the system log.
    private let sink: Sink?

    /// - Parameter sink: takes the lines instead; for tests.
    init(sink: Sink? = nil) {
        self.sink = sink
    }

    /// Sends the log to the system log from now on.
    func moveToBackground() {
        isInBackground.store(true, ordering: .relaxed)
    }

    /// Has a thread of its own write from now on. The process must not fork any more.
    func writeApart() {
        state.withLock { $0.isApart = true }
    }

    /// Writes a line, or has it written: then the caller never waits.
    func write(_ line: String, level: Logger.Level = .error) {
        let (isApart, hasRoom) = state.withLock { state in
            let hasRoom = state.waiting < Self.capacity
            if state.isApart, hasRoom { state.waiting += 1 }
            if state.isApart, !hasRoom { state.leftOut += 1 }
            return (state.isApart, hasRoom)
        }
        guard isApart else { return put(line, level) }
        guard hasRoom else { return }
        writer.submit(lane: 0) { [self] in
            put(line, level)
            let leftOut = state.withLock { state in
                defer { state.leftOut = 0 }
                return state.leftOut
            }
            if leftOut > 0 { put("\(leftOut) lines were left out: the log was too slow", .warning) }
            state.withLock { $0.waiting -= 1 }
        }
    }

    /// Waits until everything is written, but no longer than so many nanoseconds.
    func finish(within time: UInt64) {
        let deadline = MonotonicClock.now + time
        state.wait { state, retry in
            guard state.waiting > 0, MonotonicClock.now < deadline else { return () }
            retry = deadline
            return nil
        }
    }

    private func put(_ line: String, _ level: Logger.Level) {
        if let sink { return sink(line, level) }
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
