import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import PrivilegeSupport
import SystemPackage

/// The stored samples as folded stacks, `comm;outer;...;inner N` one a line, which flame graphs are
/// drawn from.
final class FoldedStacks: BackgroundJob {
    /// One way to be somewhere: which event, in whom, through which calls.
    private struct Stack: Hashable {
        let event: UInt64
        let space: Int
        let comm: ByteString
        /// The instruction, then return addresses, innermost first.
        let frames: [Frame]
        let isCut: Bool
    }

    private let subject: SamplingNode
    private let files: ClientFiles
    private let done: (Result<String, Errno>) -> Void
    private let epoch: UInt64
    /// What processes did is known up to then; later samples are left out.
    private let end: UInt64
    private var cursor = SampleCursor()
    private var sample = Sample()
    private var replay: ProcessReplay
    private let ended: (Int32) -> Bool
    private let clockOffset: Int64
    /// The sample is taken, but what processes did until then is not yet taken in.
    private var isWaiting = false
    private var counts: [Stack: UInt64] = [:]
    private var result: Result<String, Errno> = .success("")
    /// Nobody waits for the result any more.
    var isCancelled = false

    /// Samples, and changes of processes, that are taken in while the lock is held.
    private static let piece = 4096

    /// - Parameter done: gets the text, or ESTALE when the samples were dropped meanwhile.
    init(
        _ subject: SamplingNode,
        for client: Client,
        done: @escaping (Result<String, Errno>) -> Void
    ) {
        self.subject = subject
        files = ClientFiles(client)
        self.done = done
        end = subject.node.engine.now
        subject.refresh()
        epoch = subject.format.epoch
        let processes = subject.sampling.processes
        replay = ProcessReplay(processes?.entries ?? [])
        clockOffset = processes?.clockOffset ?? 0
        let gone = Set(replay.pids.filter { processes?.hasEnded($0) == true })
        ended = { gone.contains($0) }
    }

    func collect() -> Bool {
        guard !isCancelled else { return false }
        guard !subject.isGone, subject.format.epoch == epoch else {
            result = .failure(subject.isGone ? .removed : .staleNFSFileHandle)
            return false
        }
        for _ in 0..<Self.piece {
            guard isWaiting || subject.format.next(&cursor, &sample) else { return false }
            guard sample.time <= end else { continue }
            // A histogram has no times: everything had happened then.
            isWaiting = !replay.advance(
                to: sample.time == 0 ? .max : sample.time,
                limit: Self.piece
            )
            guard !isWaiting else { return true }
            take(sample)
        }
        return true
    }

    private func take(_ sample: Sample) {
        let number = replay.space(of: sample.pid)
        let space = replay.spaces[number]
        space.note(thread: sample.tid)
        var frames: [Frame] = []
        frames.reserveCapacity(1 + sample.callChain.count)
        frames.append(Frame(sample.ip, in: space))
        // A return address is behind the call: the byte before it belongs to the caller for sure.
        for address in sample.callChain { frames.append(Frame(address &- 1, in: space)) }
        let stack = Stack(
            event: PerfAttribute.id(set: sample.set, pmd: sample.pmd),
            space: number,
            comm: replay.name(ofThread: sample.tid, in: sample.pid),
            frames: frames,
            isCut: sample.isCut
        )
        counts[stack, default: 0] += sample.weight
    }

    func work() {
        guard case .success = result, !isCancelled else { return }
        var wanted: [Set<Frame>] = Array(repeating: [], count: replay.spaces.count)
        for stack in counts.keys { wanted[stack.space].formUnion(stack.frames) }
        var resolver = SymbolResolver(files, replay, clockOffset: clockOffset, ended: ended)
        resolver.resolve(wanted)
        result = .success(lines(with: resolver))
    }

    func finish() {
        guard !isCancelled else { return }
        done(result)
    }

    private func lines(with resolver: SymbolResolver) -> String {
        let events = Set(counts.keys.map(\.event))
        var sums: [String: UInt64] = [:]
        for (stack, count) in counts {
            var words = [FoldedName.plain(stack.comm.bytes)]
            // Several events in one graph stand side by side.
            if events.count > 1 { words.insert(eventName(stack.event), at: 0) }
            if stack.isCut { words.append(FoldedName.truncated) }
            for frame in stack.frames.reversed() {
                words.append(resolver.name(of: frame, in: stack.space))
            }
            sums[words.joined(separator: ";"), default: 0] += count
        }
        return sums.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined()
    }

    private func eventName(_ id: UInt64) -> String {
        let event = subject.sampling.events.first {
            PerfAttribute.id(set: $0.set, pmd: $0.pmd) == id
        }
        return event.map { FoldedName.plain($0.name) } ?? "event-\(id)"
    }
}

/// An open `folded`: made once for each pass through the file, in the background.
final class FoldedHandle: FileHandle {
    private let subject: SamplingNode
    private let waiters = WaitQueue()
    private var job: FoldedStacks?
    private var text: Result<[UInt8], Errno>?
    private var isFresh = true

    init(_ subject: SamplingNode) {
        self.subject = subject
    }

    func read(_ request: consuming ReadRequest) {
        guard !subject.isGone else { return request.fail(.removed) }
        if job == nil, text == nil || request.offset == 0 && !isFresh {
            text = nil
            begin(for: request.client)
        }
        switch text {
        case .success(let bytes)?:
            isFresh = false
            let first = min(max(request.offset, 0), bytes.count)
            request.reply(bytes.span.extracting(first..<bytes.count))
        case .failure(let code)?:
            text = nil
            request.fail(code)
        case nil:
            waiters.park(request, for: self)
        }
    }

    func poll(_ waker: consuming PollWaker?) -> PollEvents {
        waiters.notify(waker, for: self)
        return text == nil && job != nil ? [] : .readable
    }

    func release() {
        job?.isCancelled = true
        job = nil
        waiters.forget(self)
    }

    private func begin(for client: Client) {
        let job = FoldedStacks(subject, for: client) { [weak self] result in
            self?.take(result)
        }
        self.job = job
        subject.node.services.run(job)
    }

    private func take(_ result: Result<String, Errno>) {
        job = nil
        isFresh = true
        text = result.map { Array($0.utf8) }
        waiters.wake()
    }
}
