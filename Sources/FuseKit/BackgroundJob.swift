import LinuxSupport

/// Work that takes too long for the thread that answers requests, such as reading the files of
/// users and looking up thousands of symbols.
package protocol BackgroundJob: AnyObject {
    /// Jobs of one lane run one after the other. Usually the uid of the user who causes the work.
    var lane: UInt64 { get }

    /// Copies a part of the input, under the mount's lock.
    ///
    /// - Returns: whether there is more to copy.
    func collect() -> Bool

    /// Does the work. The lock is not held, so only the copied input may be used.
    func work()

    /// Delivers the result, under the lock.
    func finish()
}

/// Passes a job between threads. Only one thread uses it at a time.
private final class JobBox: @unchecked Sendable {
    private var job: (any BackgroundJob)?

    init(_ job: any BackgroundJob) {
        self.job = job
    }

    func run(in fileSystem: FileSystem) {
        while fileSystem.tree.withLock({ _ in job?.collect() ?? false }) {}
        job?.work()
        // Releasing the last reference to a node may release state that the lock guards.
        fileSystem.tree.withLock { _ in
            job?.finish()
            job = nil
        }
    }
}

extension Parking {
    /// Does a job in the background.
    func run(_ job: any BackgroundJob) {
        guard let fileSystem else { return }
        let box = JobBox(job)
        jobs.submit(lane: job.lane) { box.run(in: fileSystem) }
    }
}
