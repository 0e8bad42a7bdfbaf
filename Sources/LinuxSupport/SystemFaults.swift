internal import CLinux
internal import Glibc
package import SystemPackage

/// Failures of system calls, for tests: what the kernel does rarely, it does here on request.
package enum SystemFaults {
    /// Which calls fail, and how.
    package struct Plan: Sendable {
        package var call: SystemCall
        package var code: Errno
        /// Calls of the kind that go through first.
        package var after = 0
        /// How many fail from then on.
        package var times = Int.max
        /// The only thread whose calls fail; nil: every thread's.
        package var thread: Int32?

        /// A plan for the calling thread.
        package init(_ call: SystemCall, _ code: Errno, after: Int = 0, times: Int = .max) {
            self.call = call
            self.code = code
            self.after = after
            self.times = times
            thread = clinux_gettid()
        }
    }

    private struct State {
        var plan: Plan?
        /// Calls of the planned kind since the plan was made, and those that failed.
        var made = 0
        var failed = 0
    }

    private static let state = Guarded(State())

    /// Carries out `body` under a plan. Only one at a time.
    ///
    /// - Returns: what `body` returns, and how many calls were made to fail.
    package static func inject<Result>(
        _ plan: Plan,
        into body: () throws -> Result
    ) rethrows -> (result: Result, failed: Int) {
        state.withLock { $0 = State(plan: plan) }
        clinux_arm_faults(1)
        defer {
            clinux_arm_faults(0)
            state.withLock { $0.plan = nil }
        }
        let result = try body()
        return (result, state.withLock(\.failed))
    }

    /// Whether a call is to fail now; sets errno if so.
    @usableFromInline
    package static func strike(_ call: SystemCall) -> Bool {
        let code = state.withLock { state -> Int32? in
            guard let plan = state.plan, plan.call == call,
                plan.thread == nil || plan.thread == clinux_gettid()
            else { return nil }
            state.made += 1
            guard state.made > plan.after, state.failed < plan.times else { return nil }
            state.failed += 1
            return plan.code.rawValue
        }
        guard let code else { return false }
        errno = code
        return true
    }
}
