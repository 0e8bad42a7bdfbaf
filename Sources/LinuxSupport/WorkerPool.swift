internal import CLinux
internal import Glibc

/// A few threads for work that must not be done under a lock.
///
/// Jobs of one lane are done one after the other, so that whoever causes many of them, or one that
/// takes long, takes one thread and not all. The threads start with the first jobs, never earlier:
/// a program that puts itself in the background loses every thread but one. Nobody waits for their
/// end, because a job may hang.
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

    /// What the threads share; the pool itself may go while one hangs.
    private final class Shared: Sendable {
        let state = Guarded(State())
        /// Counts the jobs that were handed in; each wakes one thread.
        let wakeup: Int32 = eventfd(0, Int32(EFD_CLOEXEC | EFD_SEMAPHORE))

        deinit {
            close(wakeup)
        }

        /// The oldest job whose lane is free; the lane is taken.
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

    /// Has a job done as soon as a thread is free and the jobs of its lane before it are done.
    ///
    /// The caller does it when the system has no thread to give: slow, but done.
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
