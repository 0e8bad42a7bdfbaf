internal import DequeModule
package import PerfmonModel

/// The messages a context has not yet delivered: a ring of eight slots, all of them usable
/// (`PFM_MSGS_COUNT`).
package struct MessageQueue: Sendable {
    /// Messages that fit.
    package static let capacity = 8

    private var messages: Deque<Message> = []

    /// Messages that were not queued because the queue was full.
    package private(set) var refused: UInt64 = 0

    /// Counts how often the queue was emptied: what was taken before cannot be put back behind.
    package private(set) var epoch: UInt64 = 0

    package init() {}

    package var isEmpty: Bool { messages.isEmpty }

    package var isFull: Bool { messages.count >= Self.capacity }

    /// The queued messages, oldest first; none is taken.
    package var all: [Message] { Array(messages) }

    /// Queues a message.
    ///
    /// - Returns: false when the queue is full; the message is then dropped and counted.
    mutating func append(_ message: Message) -> Bool {
        guard !isFull else {
            refused += 1
            return false
        }
        messages.append(message)
        return true
    }

    /// Takes the oldest message.
    package mutating func popFirst() -> Message? {
        messages.popFirst()
    }

    /// Puts back in front what a reader has taken and not read. They had their places in the queue,
    /// so there is room for them even if it is full.
    mutating func putBack(_ taken: [Message], epoch: UInt64) {
        guard epoch == self.epoch else { return }
        messages.prepend(contentsOf: taken)
    }

    /// Drops everything, as `pfm_load_context` does.
    mutating func clear() {
        messages.removeAll()
        epoch += 1
    }
}
