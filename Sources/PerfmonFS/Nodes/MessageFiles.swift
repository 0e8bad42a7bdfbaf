import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// The files that show a context's messages: all of them, one line at a time, and in the binary
/// form of perfmon2.
enum MessageFiles {
    static let rows: [FileRow<ContextNode>] = [
        FileRow(
            "msgs",
            mode: 0o400,
            format: lineFormat,
            summary: "All queued messages; reading takes none.",
            content: .value(
                show: { node, client, text throws(PfmError) in
                    let numbers = ThreadNumbers.of(client)
                    for message in try node.perform(.readMessages, by: client).messages {
                        MessageLines.append(message, numbers, to: &text)
                    }
                },
                store: nil
            )
        ),
        FileRow(
            "msgs_pipe",
            mode: 0o400,
            format: lineFormat,
            summary: "Waits for messages and takes them; ends when the thread has ended or the "
                + "context is removed.",
            content: .custom(open: { node, client, _ in
                let supply = MessageSupply(node, client)
                return StreamLog(waiters: node.messageWaiters, supply: supply).open()
            })
        ),
        FileRow(
            "msgq",
            mode: 0o400,
            format: "binary, 56 bytes a message (union pfarg_msg)",
            summary: "Waits for a message and takes it, as read(2) on a perfmon2 descriptor did.",
            content: .custom(open: { node, client, _ in
                MessageQueueHandle(node, client)
            })
        ),
        FileRow(
            "notify",
            mode: 0o644,
            format: "tid N signal S, self signal S, or none",
            summary: "The thread that gets a signal at each message, in place of SIGIO.",
            content: .commands(
                show: { node, client, text in
                    SignalRequests.show(node.context.notice, to: client, in: &text)
                },
                decode: { _, client, line throws(PfmError) in
                    .setNotification(try SignalRequests.parse(line, by: client))
                }
            )
        ),
    ]

    private static let lineFormat =
        "ovfl set=N pmds=LIST pid=N tid=N cpu=N ip=0xN time=NS, or end reason=WORD"
}

/// A message as a line of text.
enum MessageLines {
    static func append(
        _ message: Message,
        _ numbers: ThreadNumbers,
        to text: inout TextBuffer
    ) {
        switch message.seen(with: numbers) {
        case .overflow(let overflow):
            text.append("ovfl set=\(overflow.set) pmds=\(overflow.pmds)")
            text.append(" pid=\(overflow.pid) tid=\(overflow.tid) cpu=\(overflow.cpu) ip=")
            text.append(hex: overflow.ip)
            text.append(" time=")
            text.append(line: overflow.time)
        case .end(let reason):
            text.append(line: "end reason=\(reason.rawValue)")
        }
    }
}

extension ContextNode {
    /// Takes the oldest message; nil when there is none.
    fileprivate func takeMessage(for client: Client) -> Message? {
        context.outcome(of: .takeMessage, by: client).result.messages.first
    }
}

/// Gives a context's messages to the readers of `msgs_pipe`, each message to one of them.
private final class MessageSupply: StreamSupply {
    private let node: ContextNode
    private let client: Client
    private let numbers: ThreadNumbers
    /// Bytes of all lines so far.
    private var length = 0
    /// The message that was taken last, the offset behind its line, and the queue's epoch.
    private var last: (message: Message, end: Int, epoch: UInt64)?

    init(_ node: ContextNode, _ client: Client) {
        self.node = node
        self.client = client
        numbers = ThreadNumbers.of(client)
    }

    var hasMore: Bool { !node.context.messages.isEmpty && !node.context.isRemoved }

    var isEnded: Bool {
        node.context.isRemoved || (node.context.endReason != nil && !hasMore)
    }

    /// One message, however many are wanted: a script that opens the file anew for each line would
    /// lose the others.
    func take(_ wanted: Int, into text: inout TextBuffer) {
        let epoch = node.context.messages.epoch
        guard let message = node.takeMessage(for: client) else { return }
        let before = text.count
        MessageLines.append(message, numbers, to: &text)
        length += text.count - before
        // Who asks for another message has come to the end of the one before.
        last = (message, length, epoch)
    }

    /// Gives back what was not read to its end: the next reader sees it whole.
    func closed(readTo offset: Int) {
        guard let last, last.end > offset else { return }
        _ = node.context.outcome(
            of: .returnMessages([last.message], epoch: last.epoch),
            by: client
        )
    }
}

/// An open `msgq`: one message for each read, whatever the offset.
private final class MessageQueueHandle: FileHandle {
    private let node: ContextNode
    private let client: Client
    private let numbers: ThreadNumbers

    init(_ node: ContextNode, _ client: Client) {
        self.node = node
        self.client = client
        numbers = ThreadNumbers.of(client)
    }

    func read(_ request: consuming ReadRequest) {
        // The size is checked before the queue, as the original did.
        guard request.size >= Message.binarySize else { return request.fail(.invalidArgument) }
        guard !node.context.isRemoved else {
            return request.fail(.operationNotSupportedByDevice)
        }
        guard let message = node.takeMessage(for: client) else {
            return node.messageWaiters.park(request, for: self)
        }
        request.reply(message.seen(with: numbers).binary().span)
    }

    func write(_ request: consuming WriteRequest) {
        request.fail(.invalidArgument)
    }

    func poll(_ waker: consuming PollWaker?) -> PollEvents {
        // Kept even when there is something to read: edge-triggered pollers ask only once.
        node.messageWaiters.notify(waker, for: self)
        // Who waits for a context that was removed is to find out by reading.
        if node.context.isRemoved { return [.readable, .hangUp] }
        return node.context.messages.isEmpty ? [] : .readable
    }

    func release() {
        node.messageWaiters.forget(self)
    }
}
