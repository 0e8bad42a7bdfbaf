internal import CLinux

/// A thread of its own for work that would keep the engine waiting; jobs run one after the other.
///
/// It starts with the first job, never earlier: a program that puts itself in the background
/// loses every thread but one.
package final class HelperThread: Sendable {
    private struct Work {
        var jobs: [@Sendable () -> Void] = []
        var timed: [(time: UInt64, job: @Sendable () -> Void)] = []
        var isStarted = false
        var isEnding = false
        var thread: Int32?
    }

    private let name: String
    private let work = Monitor(Work())

    /// - Parameter name: what ps and top show; at most 15 bytes count.
    package init(name: String) {
        self.name = name
    }

    deinit {
        work.withLock { $0.isEnding = true }
    }

    /// Runs a job as soon as those before it are done.
    ///
    /// The caller runs it when the system has no thread to give: slow, but done.
    package func submit(_ job: @escaping @Sendable () -> Void) {
        guard start() else { return job() }
        work.withLock { $0.jobs.append(job) }
    }

    /// Runs a job at a moment of `MonotonicClock` or soon after; never, when the system has no
    /// thread to give.
    package func submit(at time: UInt64, _ job: @escaping @Sendable () -> Void) {
        guard start() else { return }
        work.withLock { $0.timed.append((time, job)) }
    }

    /// The thread's id, for events that have to belong to some thread; starts it.
    package var threadID: Int32 {
        guard start() else { return clinux_gettid() }
        return work.wait { state, _ in state.thread }
    }

    /// Whether there is a thread to run jobs.
    private func start() -> Bool {
        let mustStart = work.withLock { state in
            defer { state.isStarted = true }
            return !state.isStarted
        }
        guard mustStart else { return true }
        // The thread keeps the work alive but not this object, whose end is the thread's end.
        let body = Body(work: work)
        guard SystemThread.detach(name, { body.run() }) else {
            work.withLock { $0.isStarted = false }
            return false
        }
        return true
    }

    private final class Body: Sendable {
        let work: Monitor<Work>

        init(work: Monitor<Work>) {
            self.work = work
        }

        func run() {
            work.withLock { $0.thread = clinux_gettid() }
            while let job = next() {
                job()
            }
        }

        /// The next job that is due; nil when the thread is to end.
        private func next() -> (@Sendable () -> Void)? {
            work.wait { state, retry in
                if !state.jobs.isEmpty {
                    return .some(state.jobs.removeFirst())
                }
                if state.isEnding {
                    return .some(nil)
                }
                let first = state.timed.indices.min {
                    state.timed[$0].time < state.timed[$1].time
                }
                guard let first else { return nil }
                guard state.timed[first].time <= MonotonicClock.now else {
                    retry = state.timed[first].time
                    return nil
                }
                return .some(state.timed.remove(at: first).job)
            }
        }
    }
}
