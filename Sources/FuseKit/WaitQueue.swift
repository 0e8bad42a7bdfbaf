import SystemPackage

/// Parked reads and polls that wait for the same event.
///
/// Guarded by the mount's lock, like the files it serves. The first `park` of a request must happen
/// in its handler, while the loop thread cannot process an interrupt; the check for an earlier
/// interrupt is then free of races.
package final class WaitQueue {
    private var reads: [ParkedRead] = []
    private var polls: [WaitingPoll] = []
    /// How often the queue was woken.
    package private(set) var wakes = 0

    package init() {}

    /// Whether reads are parked.
    package var hasReaders: Bool { !reads.isEmpty }

    /// Parks a read until the queue is woken; `handle` then gets it again, and may park it again.
    ///
    /// Answers EAGAIN at once in non-blocking mode, and EINTR when the reader receives a signal.
    package func park(_ request: consuming ReadRequest, for handle: any FileHandle) {
        guard !request.isNonBlocking else {
            return request.fail(.resourceTemporarilyUnavailable)
        }
        var request = request
        guard !request.list(in: self) else { return request.fail(.interrupted) }
        reads.append(ParkedRead(request, handle: handle))
    }

    /// Stores the waker of a poll, one per open file, until the queue is woken.
    package func notify(_ waker: consuming PollWaker?, for handle: any FileHandle) {
        guard let waker else { return }
        forget(handle)
        polls.append(WaitingPoll(waker, handle: ObjectIdentifier(handle)))
    }

    /// Drops the waker of an open file that is closed.
    package func forget(_ handle: any FileHandle) {
        polls.removeAll { $0.handle == ObjectIdentifier(handle) }
    }

    /// Passes every parked read to its handle again, oldest first, and wakes the polls.
    package func wake() {
        wakes &+= 1
        let waiting = reads
        reads = []
        for read in waiting {
            if let request = read.take() {
                read.handle.read(request)
            }
        }
        let sleepers = polls
        polls = []
        for sleeper in sleepers {
            sleeper.wake()
        }
    }

    /// Answers a parked read with an error. No effect if it is not parked any more.
    func fail(_ id: UInt, with code: Errno) {
        guard let index = reads.firstIndex(where: { $0.id == id }) else { return }
        let read = reads.remove(at: index)
        if let request = read.take() {
            request.fail(code)
        }
    }
}

/// A parked read, with the handle that can answer it.
final class ParkedRead {
    let id: UInt
    let handle: any FileHandle
    private var request: ReadRequest?

    init(_ request: consuming ReadRequest, handle: any FileHandle) {
        id = request.id
        self.handle = handle
        self.request = consume request
    }

    func take() -> ReadRequest? {
        request.take()
    }
}

/// The waker of a poll, with its handle.
private final class WaitingPoll {
    let handle: ObjectIdentifier
    private var waker: PollWaker?

    init(_ waker: consuming PollWaker, handle: ObjectIdentifier) {
        self.waker = consume waker
        self.handle = handle
    }

    package func wake() {
        waker.take()?.wake()
    }
}
