import CLinux
import LinuxSupport
import SystemPackage

/// The requests that wait for their answer outside of a handler, each with a number and most with a
/// time limit. Guarded by the mount's lock.
///
/// Whoever is to answer one has its number alone. What comes after the request was given up finds
/// no request of that number, and is thrown away.
final class ParkedRequests {
    /// How the wait of a request has ended.
    enum Ending {
        /// What it waited for is there, with what was looked up for it.
        case done([any Sendable])
        /// The time is up.
        case late
        /// Its client got a signal.
        case interrupted
        /// The mount ends.
        case unmounted

        static var done: Ending { .done([]) }

        /// What the client is told that gets no other answer.
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

    /// Expires with the first time limit; its descriptor is to be watched, and `expire` called.
    let timer = OwnedDescriptor(owning: clinux_timerfd())
    private var waiting: [UInt64: Continuation] = [:]
    /// Time limits in nanoseconds of CLOCK_MONOTONIC, the first one first. Those of requests that
    /// wait no longer stay until they are met with.
    private var limits: [(time: UInt64, number: UInt64)] = []
    /// Limits at the start of the array that are over.
    private var passed = 0
    /// What the timer is set to; 0: it is not.
    private var armed: UInt64 = 0
    private var lastNumber: UInt64 = 0

    /// Time limits that are remembered.
    var limitCount: Int { limits.count }

    /// Requests that wait now.
    var count: Int { waiting.count }

    /// Parks a request. `continuation` is called once, under the lock.
    ///
    /// - Parameter limit: nanoseconds; nil: it may wait for ever.
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

    /// Ends the wait of a request, if it still waits.
    func end(_ number: UInt64, _ ending: Ending) {
        waiting.removeValue(forKey: number)?(ending)
    }

    /// Whether a request still waits.
    func contains(_ number: UInt64) -> Bool {
        waiting[number] != nil
    }

    /// Forgets a request that was answered by whoever parked it.
    func forget(_ number: UInt64) {
        waiting[number] = nil
    }

    /// Ends the wait of those whose time is up.
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

    /// Ends every wait: the mount ends.
    func endAll() {
        for number in waiting.keys.sorted() { end(number, .unmounted) }
    }

    /// Sets the timer to the first limit of a request that still waits.
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
