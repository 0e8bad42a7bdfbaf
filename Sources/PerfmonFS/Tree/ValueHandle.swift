import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// An open value file: shows one rendering per pass through the file and carries out what is
/// written, line by line.
final class ValueHandle: TextHandle {
    private let file: TableFile
    private let show: TableFile.Content.Show?
    private let store: TableFile.Content.Store?
    // The mount's lock keeps accesses apart; Swift's own checks would be a good part of a read.
    @exclusivity(unchecked) private var text = TextBuffer(capacity: 128)
    private var isRendered = false
    private var seenChanges = 0
    /// Lines of a batch that were carried out.
    private var batchLines = 0
    /// Why nothing more is taken: a batch failed, or what comes may be the rest of a refused text.
    private var failure: PfmError?

    init(
        _ file: TableFile,
        show: TableFile.Content.Show?,
        store: TableFile.Content.Store?
    ) {
        self.file = file
        self.show = show
        self.store = store
    }

    func read(_ request: consuming ReadRequest) {
        guard !file.holder.isGone() else { return request.fail(.removed) }
        if request.offset == 0 || !isRendered {
            do throws(PfmError) {
                try render(for: request.client)
            } catch {
                file.report(.read, by: request.client, error: error)
                return request.fail(error.code)
            }
        }
        request.reply(from: text)
    }

    func prepare(forReadAt offset: Int, by client: Client) throws(Errno) -> Int {
        guard !file.holder.isGone() else { throw .removed }
        if offset == 0 || !isRendered {
            do throws(PfmError) {
                try render(for: client)
            } catch {
                throw error.code
            }
        }
        return text.count
    }

    func reply(to request: consuming ReadRequest) {
        request.reply(from: text)
    }

    func write(_ bytes: Span<UInt8>, by client: Client) throws(Errno) -> Int {
        do throws(PfmError) {
            try carryOut(bytes, by: client)
        } catch {
            throw error.code
        }
        return bytes.count
    }

    private func carryOut(_ bytes: Span<UInt8>, by client: Client) throws(PfmError) {
        guard !file.holder.isGone() else { throw FileHolder.gone }
        guard let store else {
            throw PfmError(.permissionDenied, "\(file.place.path) can only be read")
        }
        // Its sentence was told when it happened.
        if let failure { throw failure }
        do throws(PfmError) {
            try bytes.withUnsafeBufferPointer { (memory) throws(PfmError) in
                let lines = try self.lines(of: memory, by: client)
                let before = batchLines
                let isNumbered = before + lines.count > 1
                try lines.forEach { (line, number) throws(PfmError) in
                    let place = isNumbered ? before + number : 0
                    try carryOut(line, number: place, by: client, store)
                    if file.isBatch { batchLines += 1 }
                }
            }
        } catch {
            if file.isBatch || error.code == .argListTooLong { failure = error }
            throw error
        }
    }

    func poll(_ waker: consuming PollWaker?) -> PollEvents {
        var events: PollEvents = [.readable, .writable]
        guard let queue = file.changes?() else { return events }
        if queue.wakes != seenChanges {
            events.insert(.changed)
        }
        queue.notify(waker, for: self)
        return events
    }

    func release() {
        file.changes?().forget(self)
    }

    private func render(for client: Client) throws(PfmError) {
        guard let show else {
            throw PfmError(.permissionDenied, "\(file.place.path) can only be written")
        }
        isRendered = false
        text.removeAll()
        if let changes = file.changes {
            seenChanges = changes().wakes
        }
        try show(client, &text)
        isRendered = true
    }

    private func lines(
        of memory: UnsafeBufferPointer<UInt8>,
        by client: Client
    ) throws(PfmError) -> WrittenLines {
        do throws(PfmError) {
            return try WrittenLines(of: memory, limit: file.place.services.writeLimit)
        } catch {
            let (text, offset) = WrittenLines.excerpt(of: memory)
            file.report(.write, by: client, text: text, offset: offset, error: error)
            throw error
        }
    }

    private func carryOut(
        _ line: CommandLine,
        number: Int,
        by client: Client,
        _ store: TableFile.Content.Store
    ) throws(PfmError) {
        do throws(PfmError) {
            try store(client, line)
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
