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

    /// Drops everything, as `pfm_load_context` does.
    mutating func clear() {
        messages.removeAll()
    }
}
