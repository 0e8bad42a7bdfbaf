internal import DequeModule

/// The messages a context has not yet delivered: a ring of eight slots, all of them usable
/// (`PFM_MSGS_COUNT`).
public struct MessageQueue: Sendable {
    /// Messages that fit.
    public static let capacity = 8

    private var messages: Deque<Message> = []

    /// Messages that were not queued because the queue was full.
    public private(set) var refused: UInt64 = 0

    public init() {}

    public var isEmpty: Bool { messages.isEmpty }

    public var isFull: Bool { messages.count >= Self.capacity }

    /// The queued messages, oldest first; none is taken.
    public var all: [Message] { Array(messages) }

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
    public mutating func popFirst() -> Message? {
        messages.popFirst()
    }

    /// Drops everything, as `pfm_load_context` does.
    mutating func clear() {
        messages.removeAll()
    }
}
