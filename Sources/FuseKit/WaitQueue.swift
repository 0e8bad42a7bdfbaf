import SystemPackage

/// Those who wait for one thing to happen: reads that are answered later and polls.
///
/// Guarded by the mount's lock, like the files it serves. The first `park` of a request must
/// happen in its handler, where the loop thread cannot take in an interrupt at the same time;
/// that makes the check for an interrupt that came first free of races.
package final class WaitQueue {
    private var reads: [ParkedRead] = []
    private var polls: [WaitingPoll] = []
    /// How often the queue was woken.
    package private(set) var wakes = 0

    package init() {}

    /// Whether anybody waits for data in a read(2).
    package var hasReaders: Bool { !reads.isEmpty }

    /// Keeps a read until the queue is woken; `handle` then gets it again, and may park it again.
    ///
    /// Answers EAGAIN at once in non-blocking mode, and EINTR when the reader got a signal.
    package func park(_ request: consuming ReadRequest, for handle: any FileHandle) {
        guard !request.isNonBlocking else {
            return request.fail(.resourceTemporarilyUnavailable)
        }
        var request = request
        guard !request.list(in: self) else { return request.fail(.interrupted) }
        reads.append(ParkedRead(request, handle: handle))
    }

    /// Keeps the waker of a poll, one per open file, until the queue is woken.
    package func notify(_ waker: consuming PollWaker?, for handle: any FileHandle) {
        guard let waker else { return }
        forget(handle)
        polls.append(WaitingPoll(waker, handle: ObjectIdentifier(handle)))
    }

    /// Gives up the waker of an open file that is closed.
    package func forget(_ handle: any FileHandle) {
        polls.removeAll { $0.handle == ObjectIdentifier(handle) }
    }

    /// Gives every waiting read back to its handle, oldest first, and wakes the polls.
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

    /// Answers an error to a read if it still waits here.
    func fail(_ id: UInt, with code: Errno) {
        guard let index = reads.firstIndex(where: { $0.id == id }) else { return }
        let read = reads.remove(at: index)
        if let request = read.take() {
            request.fail(code)
        }
    }
}

/// A read that waits, and who can answer it.
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

/// A poll that waits.
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
