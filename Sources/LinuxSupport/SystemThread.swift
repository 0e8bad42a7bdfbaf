internal import CLinux
internal import Glibc

/// A thread. All signals are blocked in it, so that they reach the thread that waits for them.
package final class SystemThread: Sendable {
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(_ name: String, _ body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private let thread: pthread_t

    /// Starts `body` in a thread that must be joined. The kernel keeps 15 bytes of the name.
    package init(_ name: String, _ body: @escaping @Sendable () -> Void) {
        guard let thread = Self.start(name, isDetached: false, body) else {
            fatalError("no thread can be started: \(String(cString: strerror(errno)))")
        }
        self.thread = thread
    }

    /// Starts `body` in a detached thread.
    ///
    /// - Returns: false if the thread cannot be started.
    package static func detach(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        start(name, isDetached: true, body) != nil
    }

    /// Waits for the end of the thread.
    package func join() {
        pthread_join(thread, nil)
    }

    private static func start(
        _ name: String,
        isDetached: Bool,
        _ body: @escaping @Sendable () -> Void
    ) -> pthread_t? {
        var every = sigset_t()
        var before = sigset_t()
        sigfillset(&every)
        pthread_sigmask(SIG_SETMASK, &every, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        if isDetached {
            pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        }
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(name, body))
        let failure = pthread_create(
            &thread,
            &attributes,
            { pointer in
                guard let pointer else { return nil }
                let start = Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue()
                _ = clinux_set_thread_name(start.name)
                start.body()
                return nil
            },
            start.toOpaque()
        )
        guard failure == 0 else {
            start.release()
            errno = failure
            return nil
        }
        return thread
    }
}
