package import Synchronization

#if TSAN
    package import CLinux
#endif

/// State that several threads share, reachable only while its lock is held.
///
/// The lock lends a waiting real-time thread's priority to its holder. Builds for ThreadSanitizer
/// (`-sanitize=thread -Xswiftc -DTSAN`) tell it of the lock, which it cannot see by itself.
package final class Guarded<State>: @unchecked Sendable {
    @usableFromInline let mutex = Mutex<Void>(())
    // The lock keeps accesses apart; the checks that Swift would make cost more than the lock.
    @exclusivity(unchecked) @usableFromInline var state: State

    /// Takes the state; the caller keeps no other way to reach it.
    package init(_ state: sending State) {
        self.state = state
    }

    /// Runs `body` while no other thread does. Not to be nested.
    @inlinable
    package func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try mutex.withLock { (_) throws(Failure) in
            #if TSAN
                let token = Unmanaged.passUnretained(self).toOpaque()
                __tsan_acquire(token)
                defer { __tsan_release(token) }
            #endif
            return try body(&state)
        }
    }
}
