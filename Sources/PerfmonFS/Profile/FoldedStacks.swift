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
        let comm: String
        /// The instruction, then return addresses, innermost first.
        let addresses: [UInt64]
    }

    let lane: UInt64
    private let subject: SamplingNode
    private let files: ClientFiles
    private let done: (Result<String, Errno>) -> Void
    private let epoch: UInt64
    private var cursor = SampleCursor()
    private var sample = Sample()
    private var replay: ProcessReplay
    private var counts: [Stack: UInt64] = [:]
    private var result: Result<String, Errno> = .success("")
    /// Nobody waits for the result any more.
    var isCancelled = false

    /// Samples that are taken in while the lock is held.
    private static let piece = 4096

    /// - Parameter done: gets the text, or ESTALE when the samples were dropped meanwhile.
    init(
        _ subject: SamplingNode,
        for client: Client,
        done: @escaping (Result<String, Errno>) -> Void
    ) {
        self.subject = subject
        lane = UInt64(client.uid)
        files = ClientFiles(client)
        self.done = done
        subject.refresh()
        epoch = subject.format.epoch
        replay = ProcessReplay(subject.sampling.processes?.entries ?? [])
    }

    func collect() -> Bool {
        guard !isCancelled else { return false }
        guard !subject.isGone, subject.format.epoch == epoch else {
            result = .failure(subject.isGone ? .removed : .staleNFSFileHandle)
            return false
        }
        for _ in 0..<Self.piece {
            guard subject.format.next(&cursor, &sample) else { return false }
            // A histogram has no times: everything had happened then.
            replay.advance(to: sample.time == 0 ? .max : sample.time)
            let stack = Stack(
                event: PerfAttribute.id(set: sample.set, pmd: sample.pmd),
                space: replay.space(of: sample.pid),
                comm: replay.name(ofThread: sample.tid, in: sample.pid),
                addresses: [sample.ip] + sample.callChain
            )
            counts[stack, default: 0] += sample.weight
        }
        return true
    }

    func work() {
        guard case .success = result, !isCancelled else { return }
        var wanted: [Set<UInt64>] = Array(repeating: [], count: replay.spaces.count)
        for stack in counts.keys {
            for index in stack.addresses.indices {
                wanted[stack.space].insert(Self.place(stack.addresses, index))
            }
        }
        var resolver = SymbolResolver(with: files)
        resolver.resolve(wanted, in: replay.spaces)
        result = .success(lines(with: resolver))
    }

    func finish() {
        guard !isCancelled else { return }
        done(result)
    }

    /// A return address is behind the call: the byte before it belongs to the caller for sure.
    private static func place(_ addresses: [UInt64], _ index: Int) -> UInt64 {
        index == 0 ? addresses[0] : addresses[index] &- 1
    }

    private func lines(with resolver: SymbolResolver) -> String {
        let events = Set(counts.keys.map(\.event))
        var sums: [String: UInt64] = [:]
        for (stack, count) in counts {
            var words = [stack.comm.replacing(";", with: ":")]
            // Several events in one graph stand side by side.
            if events.count > 1 { words.insert(eventName(stack.event), at: 0) }
            for index in stack.addresses.indices.reversed() {
                words.append(resolver.name(of: Self.place(stack.addresses, index), in: stack.space))
            }
            sums[words.joined(separator: ";"), default: 0] += count
        }
        return sums.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined()
    }

    private func eventName(_ id: UInt64) -> String {
        subject.sampling.events.first { PerfAttribute.id(set: $0.set, pmd: $0.pmd) == id }?.name
            ?? "event-\(id)"
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
