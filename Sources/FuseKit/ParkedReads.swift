import CFuse

/// The reads that wait anywhere in the mount, by request, so that an interrupt finds them.
final class ParkedReads {
    private var queues: [UInt: WaitQueue] = [:]

    /// Reads that wait now.
    var count: Int { queues.count }

    func add(_ id: UInt, in queue: WaitQueue) {
        queues[id] = queue
    }

    func remove(_ id: UInt) {
        queues[id] = nil
    }

    /// Answers EINTR to a read if it still waits.
    func interrupt(_ id: UInt) {
        queues[id]?.interrupt(id)
    }

    /// Answers ENODEV to every read that waits: the mount ends.
    func failAll() {
        for (id, queue) in queues {
            queue.fail(id, with: .removed)
        }
    }
}
