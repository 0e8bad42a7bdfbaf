import PerfmonEngine
import SystemPackage

/// An open value file: shows one rendering per pass through the file and carries out what is
/// written, line by line.
final class ValueHandle<Subject>: FileHandle {
    private let file: TableFile<Subject>
    private let show: Show<Subject>?
    private let store: Store<Subject>?
    private var text = TextBuffer(capacity: 128)
    private var isRendered = false
    private var seenChanges = 0

    init(_ file: TableFile<Subject>, show: Show<Subject>?, store: Store<Subject>?) {
        self.file = file
        self.show = show
        self.store = store
    }

    func read(_ request: consuming ReadRequest) {
        guard !file.directory.isGone() else { return request.fail(.removed) }
        if request.offset == 0 || !isRendered {
            do {
                try render(for: request.client)
            } catch {
                file.report(.read, by: request.client, error: error)
                return request.fail(error.code)
            }
        }
        request.reply(from: text)
    }

    func write(_ bytes: Span<UInt8>, by client: Client) throws(PfmError) -> Int {
        guard !file.directory.isGone() else { throw TableFile<Subject>.gone }
        guard let store else {
            throw PfmError(.permissionDenied, "\(file.place.path) can only be read")
        }
        let written: WrittenLines
        do {
            written = try WrittenLines(of: bytes, limit: file.place.services.writeLimit)
        } catch {
            file.report(.write, by: client, error: error)
            throw error
        }
        for (index, line) in written.lines.enumerated() {
            try carryOut(
                line,
                number: written.lines.count > 1 ? index + 1 : 0,
                by: client,
                store
            )
        }
        return bytes.count
    }

    func poll(_ waker: consuming PollWaker?) -> PollEvents {
        var events: PollEvents = [.readable, .writable]
        guard let queue = file.row.changes?(file.subject) else { return events }
        if queue.wakes != seenChanges {
            events.insert(.changed)
        }
        queue.notify(waker, for: self)
        return events
    }

    func release() {
        file.row.changes?(file.subject).forget(self)
    }

    private func render(for client: Client) throws(PfmError) {
        guard let show else {
            throw PfmError(.permissionDenied, "\(file.place.path) can only be written")
        }
        isRendered = false
        text.removeAll()
        seenChanges = file.row.changes?(file.subject).wakes ?? 0
        try show(file.subject, client, &text)
        isRendered = true
    }

    private func carryOut(
        _ line: CommandLine,
        number: Int,
        by client: Client,
        _ store: Store<Subject>
    ) throws(PfmError) {
        do {
            try store(file.subject, client, line)
            file.report(.write, by: client, text: line.text, line: number, error: nil)
        } catch {
            var failure = error
            if number > 0 {
                failure.message = "line \(number): \(error.message)"
            }
            file.report(
                .write,
                by: client,
                text: line.text,
                line: number,
                offset: line.offset(of: error.subject),
                error: failure
            )
            throw failure
        }
    }
}
