import CLinux
import Glibc
import LinuxSupport

/// Jobs on their way to the thread that does them.
final class JobQueue: Sendable {
    private let waiting = Guarded<[any BackgroundJob]>([])
    /// Readable while jobs wait.
    private let wakeup: Int32 = eventfd(0, Int32(EFD_CLOEXEC))

    deinit {
        close(wakeup)
    }

    /// Adds a job. Called under the mount's lock.
    func post(_ job: any BackgroundJob) {
        waiting.withLock { $0.append(job) }
        eventfd_write(wakeup, 1)
    }

    /// Takes the oldest job, waiting for one.
    func take() -> any BackgroundJob {
        while true {
            if let job = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return job }
            var count: eventfd_t = 0
            eventfd_read(wakeup, &count)
        }
    }
}

/// The thread that does what takes long, one job after the other.
///
/// A job may hang in a file of a file system that does not answer. So nobody waits for the end of
/// the thread; it ends with the process.
final class BackgroundThread: Sendable {
    private let fileSystem: FileSystem
    private let jobs: JobQueue

    init(of fileSystem: FileSystem) {
        self.fileSystem = fileSystem
        jobs = fileSystem.tree.withLock { $0.jobs }
    }

    func start() -> SystemThread {
        SystemThread("pfmfs-work") { self.run() }
    }

    private func run() {
        while true {
            // The last reference to a node may lead to the engine, which the lock guards.
            var job: (any BackgroundJob)? = jobs.take()
            while fileSystem.tree.withLock({ _ in job?.collect() ?? false }) {}
            job?.work()
            fileSystem.tree.withLock { _ in
                job?.finish()
                job = nil
            }
        }
    }
}
