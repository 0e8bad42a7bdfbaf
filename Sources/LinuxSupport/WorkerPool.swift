internal import CLinux
internal import Glibc

/// A limited number of threads for work that must not be done under a lock.
///
/// Jobs of one lane run one after the other, so that a user with many jobs, or with one that hangs,
/// occupies one thread. The threads start with the first jobs: a program that forks to move to the
/// background loses all threads but one. They are never joined, because a job may hang.
package final class WorkerPool: Sendable {
    private struct Job {
        let lane: UInt64
        let body: @Sendable () -> Void
    }

    private struct State {
        var waiting: [Job] = []
        var busyLanes: Set<UInt64> = []
        var threads = 0
        var idle = 0
    }

    /// The state that the threads share. It outlives the pool if a job hangs.
    private final class Shared: Sendable {
        let state = Guarded(State())
        /// A semaphore that counts submitted jobs.
        let wakeup: Int32 = eventfd(0, Int32(EFD_CLOEXEC | EFD_SEMAPHORE))

        deinit {
            close(wakeup)
        }

        /// Takes the oldest job whose lane is free, and occupies the lane.
        func take() -> Job? {
            state.withLock { state in
                let index = state.waiting.firstIndex { !state.busyLanes.contains($0.lane) }
                guard let index else { return nil }
                let job = state.waiting.remove(at: index)
                state.busyLanes.insert(job.lane)
                return job
            }
        }

        func finish(_ lane: UInt64) {
            state.withLock { _ = $0.busyLanes.remove(lane) }
        }

        func run(niceness: Int32) {
            if niceness != 0 {
                _ = setpriority(
                    __priority_which_t(PRIO_PROCESS.rawValue),
                    id_t(clinux_gettid()),
                    niceness
                )
            }
            while true {
                while let job = take() {
                    job.body()
                    finish(job.lane)
                }
                state.withLock { $0.idle += 1 }
                var count: eventfd_t = 0
                eventfd_read(wakeup, &count)
                state.withLock { $0.idle -= 1 }
            }
        }
    }

    private let name: String
    private let limit: Int
    private let niceness: Int32
    private let shared = Shared()

    /// - Parameters:
    ///   - name: what ps and top show; at most 15 bytes count.
    ///   - threads: how many there are at most.
    ///   - niceness: as setpriority(2) takes it.
    package init(name: String, threads: Int, niceness: Int32 = 0) {
        self.name = name
        limit = threads
        self.niceness = niceness
    }

    /// Submits a job. It runs when a thread is free and the earlier jobs of its lane are done.
    ///
    /// The caller runs it if no thread can be started at all.
    package func submit(lane: UInt64, _ body: @escaping @Sendable () -> Void) {
        let (needsThread, isAlone) = shared.state.withLock { state in
            state.waiting.append(Job(lane: lane, body: body))
            let needsThread = state.idle == 0 && state.threads < limit
            if needsThread { state.threads += 1 }
            return (needsThread, state.threads == 1)
        }
        if needsThread {
            let (shared, niceness) = (shared, niceness)
            if !SystemThread.detach(name, { shared.run(niceness: niceness) }) {
                shared.state.withLock { $0.threads -= 1 }
                if isAlone, let job = shared.take() {
                    job.body()
                    shared.finish(job.lane)
                }
            }
        }
        eventfd_write(shared.wakeup, 1)
    }
}
