internal import Glibc

/// A value that several threads share, with the means to wait until it changes.
///
/// POSIX primitives, not `Synchronization.Mutex`: it has no condition to wait for, and thread
/// checkers do not understand it.
package final class Monitor<State>: @unchecked Sendable {
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    package init(_ state: State) {
        self.state = state
        lock = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        changed = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(lock)
        changed.deallocate()
        lock.deallocate()
    }

    /// Reads or changes the value and wakes whoever waits for it.
    package func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(lock)
        defer {
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(lock)
        }
        return body(&state)
    }

    /// Waits until `body` answers, asking it now, after every change and at the moment it names.
    ///
    /// - Parameter body: answers, or says when at the latest to ask again, in nanoseconds of
    ///   `MonotonicClock`; nil for whenever something changes.
    package func wait<Result>(_ body: (inout State, _ retry: inout UInt64?) -> Result?) -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while true {
            var retry: UInt64?
            if let result = body(&state, &retry) {
                return result
            }
            if let retry {
                var deadline = timespec(
                    tv_sec: Int(retry / 1_000_000_000),
                    tv_nsec: Int(retry % 1_000_000_000)
                )
                pthread_cond_timedwait(changed, lock, &deadline)
            } else {
                pthread_cond_wait(changed, lock)
            }
        }
    }
}
