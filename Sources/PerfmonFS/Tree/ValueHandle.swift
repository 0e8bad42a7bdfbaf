import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// An open value file: shows one rendering per pass through the file and carries out what is
/// written, line by line.
final class ValueHandle: FileHandle {
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
                if file.isPending { return request.park(for: self) }
                file.report(.read, by: request.client, error: error)
                return request.fail(error.code)
            }
        }
        request.reply(from: text)
    }

    func write(_ request: consuming WriteRequest) {
        do throws(PfmError) {
            let lines = try takenLines(of: request.bytes, by: request.client)
            carryOut(lines, for: request)
        } catch {
            request.fail(error.code)
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

    /// The lines of a write, when the file takes any now.
    private func takenLines(
        of memory: UnsafeBufferPointer<UInt8>,
        by client: Client
    ) throws(PfmError) -> WrittenLines {
        guard !file.holder.isGone() else { throw FileHolder.gone }
        guard store != nil else {
            throw PfmError(.permissionDenied, "\(file.place.path) can only be read")
        }
        // Its sentence was told when it happened.
        if let failure { throw failure }
        do throws(PfmError) {
            var lines = try WrittenLines(of: memory, limit: file.place.services.writeLimit)
            lines.before = batchLines
            return lines
        } catch {
            let (text, offset) = WrittenLines.excerpt(of: memory)
            file.report(.write, by: client, text: text, offset: offset, error: error)
            leftOut(because: error)
            throw error
        }
    }
}

extension ValueHandle: LineTaker {
    var lookups: Lookups { file.place.services.lookups }

    func carryOut(_ line: CommandLine, number: Int, by client: Client) throws(PfmError) {
        do throws(PfmError) {
            try store?(client, line)
        } catch {
            if file.isPending { throw error }
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
        file.report(.write, by: client, text: line.text, line: number, error: nil)
        if file.isBatch { batchLines += 1 }
    }

    func leftOut(because error: PfmError) {
        if file.isBatch || error.code == .argListTooLong { failure = error }
    }
}
