import CLinux
import LinuxSupport
import SystemPackage

/// The requests that are not answered in their handler. Each has a number, and most have a time
/// limit. Guarded by the mount's lock.
///
/// Worker threads know only the number of a request. A result that comes after the time limit finds
/// no request with its number and is discarded.
final class ParkedRequests {
    /// Why the wait of a request has ended.
    enum Ending {
        /// The awaited event has happened; with the answers of lookups.
        case done([any Sendable])
        /// The time limit has passed.
        case late
        /// The client received a signal.
        case interrupted
        /// The file system was unmounted.
        case unmounted

        static var done: Ending { .done([]) }

        /// The errno of the reply, if there is no other reply.
        var code: Errno {
            switch self {
            case .done: .ioError
            case .late: .timedOut
            case .interrupted: .interrupted
            case .unmounted: .removed
            }
        }
    }

    typealias Continuation = (Ending) -> Void

    /// Expires at the first time limit. When its descriptor is readable, `expire` must be called.
    let timer = OwnedDescriptor(owning: clinux_timerfd())
    private var waiting: [UInt64: Continuation] = [:]
    /// Time limits in nanoseconds of CLOCK_MONOTONIC, in ascending order. Those of requests that
    /// have been answered are removed lazily.
    private var limits: [(time: UInt64, number: UInt64)] = []
    /// Limits at the start of the array that are no longer needed.
    private var passed = 0
    /// The time that the timer is set to; 0 when it is disarmed.
    private var armed: UInt64 = 0
    private var lastNumber: UInt64 = 0

    /// Time limits in the list, for tests.
    var limitCount: Int { limits.count }

    /// Parked requests.
    var count: Int { waiting.count }

    /// Parks a request. `continuation` is called once, under the lock.
    ///
    /// - Parameter limit: in nanoseconds; nil for none.
    /// - Returns: the number of the request.
    func park(for limit: UInt64?, _ continuation: @escaping Continuation) -> UInt64 {
        lastNumber += 1
        waiting[lastNumber] = continuation
        if let limit {
            let time = MonotonicClock.now + limit
            let before = limits[passed...].lastIndex { $0.time <= time }
            limits.insert((time, lastNumber), at: before.map { $0 + 1 } ?? passed)
            arm()
        }
        return lastNumber
    }

    /// Ends the wait of a request. No effect if it is not parked any more.
    func end(_ number: UInt64, _ ending: Ending) {
        waiting.removeValue(forKey: number)?(ending)
    }

    /// Whether a request is parked.
    func contains(_ number: UInt64) -> Bool {
        waiting[number] != nil
    }

    /// Removes a request that was answered otherwise.
    func forget(_ number: UInt64) {
        waiting[number] = nil
    }

    /// Ends the wait of the requests whose time limit has passed.
    func expire() {
        let now = MonotonicClock.now
        while passed < limits.count, limits[passed].time <= now {
            passed += 1
            end(limits[passed - 1].number, .late)
        }
        _ = clinux_timerfd_set(timer.raw, 0)
        armed = 0
        arm()
    }

    /// Ends all waits, at unmount.
    func endAll() {
        for number in waiting.keys.sorted() { end(number, .unmounted) }
    }

    /// Sets the timer to the first limit of a parked request.
    private func arm() {
        while passed < limits.count, waiting[limits[passed].number] == nil { passed += 1 }
        if passed > 64, passed > limits.count / 2 {
            limits.removeFirst(passed)
            passed = 0
        }
        guard passed < limits.count else { return }
        let next = limits[passed].time
        guard armed == 0 || next < armed else { return }
        armed = next
        _ = clinux_timerfd_set(timer.raw, next)
    }
}
