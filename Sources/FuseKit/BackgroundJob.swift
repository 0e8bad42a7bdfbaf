import LinuxSupport

/// Work that would keep the thread that answers requests for too long: reading files of others,
/// looking up thousands of symbols.
package protocol BackgroundJob: AnyObject {
    /// Whose work it is: jobs of one lane are done one after the other, such as those of a user.
    var lane: UInt64 { get }

    /// Takes in a part of what the work needs, under the mount's lock.
    ///
    /// - Returns: whether there is more to take in.
    func collect() -> Bool

    /// Does the work. The lock is not held, so nothing may be touched but what was taken in.
    func work()

    /// Hands the result over, under the lock.
    func finish()
}

/// A job on its way through the threads, of which one at a time touches it.
private final class JobBox: @unchecked Sendable {
    private var job: (any BackgroundJob)?

    init(_ job: any BackgroundJob) {
        self.job = job
    }

    func run(in fileSystem: FileSystem) {
        while fileSystem.tree.withLock({ _ in job?.collect() ?? false }) {}
        job?.work()
        // The last reference to a node may lead to what the lock guards.
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
