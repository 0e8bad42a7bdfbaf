import CFuse
import CLinux
import Glibc

/// A thread of the daemon. It takes no signals, so that they reach the thread that waits for them.
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

    /// Starts `body` in a thread; at most 15 bytes of the name are shown.
    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
        var every = sigset_t()
        var before = sigset_t()
        sigfillset(&every)
        pthread_sigmask(SIG_SETMASK, &every, &before)
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(name, body))
        let failure = pthread_create(
            &thread,
            nil,
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
            fatalError("no thread can be started: \(String(cString: strerror(failure)))")
        }
        pthread_sigmask(SIG_SETMASK, &before, nil)
        self.thread = thread
    }

    /// Waits for the end of the thread.
    func join() {
        pthread_join(thread, nil)
    }
}
