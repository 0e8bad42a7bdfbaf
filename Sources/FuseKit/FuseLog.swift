import CFuse
import Glibc
package import Logging
import Synchronization

/// libfuse's messages. Until the mount is complete they are collected, to explain a failure; later
/// they are logged.
package final class FuseLog: Sendable {
    package static let shared = FuseLog()

    private struct State {
        var problems: [String] = []
        var logger: Logger?
    }

    private let state = Mutex(State())

    /// Directs libfuse's messages to this object.
    package func attach() {
        fuse_set_log_func { level, format, arguments in
            guard let format, let arguments else { return }
            var line = [CChar](repeating: 0, count: 512)
            vsnprintf(&line, line.count, format, arguments)
            let text = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            FuseLog.shared.take(String(decoding: text, as: UTF8.self), level: level)
        }
    }

    /// Logs through a logger from now on.
    package func pass(to logger: Logger) {
        state.withLock { $0.logger = logger }
    }

    /// The messages since the last call, in one line.
    func takeProblems(or otherwise: String) -> String {
        state.withLock { state in
            let problems = state.problems
            state.problems = []
            return problems.isEmpty ? otherwise : problems.joined(separator: "; ")
        }
    }

    private func take(_ text: String, level: fuse_log_level) {
        let line = Self.stripped(text)
        guard !line.isEmpty else { return }
        let logger = state.withLock { state in
            if state.logger == nil {
                state.problems.append(line)
            }
            return state.logger
        }
        logger?.log(level: Self.level(of: level), "\(line)")
    }

    /// A message without its newline and without libfuse's name in front.
    private static func stripped(_ text: String) -> String {
        var line = text[...]
        while line.last == "\n" || line.last == " " {
            line.removeLast()
        }
        if line.hasPrefix("fuse: ") {
            line.removeFirst("fuse: ".count)
        }
        return String(line)
    }

    private static func level(of level: fuse_log_level) -> Logger.Level {
        switch level {
        case FUSE_LOG_DEBUG: .debug
        case FUSE_LOG_INFO: .info
        case FUSE_LOG_NOTICE: .notice
        case FUSE_LOG_WARNING: .warning
        case FUSE_LOG_ERR: .error
        default: .critical
        }
    }
}
