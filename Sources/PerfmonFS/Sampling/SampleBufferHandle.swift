import PerfmonEngine
import SystemPackage

/// An open `buffer`: the sampling buffer as it lies in memory.
final class SampleBufferHandle: FileHandle {
    private let subject: SamplingNode

    init(_ subject: SamplingNode) {
        self.subject = subject
    }

    func read(_ request: consuming ReadRequest) {
        guard !subject.isGone else { return request.fail(.removed) }
        subject.refresh()
        let bytes = subject.sampling.buffer.bytes
        let first = min(max(request.offset, 0), bytes.count)
        let length = min(request.size, bytes.count - first)
        let part = UnsafeRawBufferPointer(rebasing: bytes[first..<first + length])
        request.reply(part.bindMemory(to: UInt8.self).span)
    }

    func write(_ bytes: Span<UInt8>, by client: Client) throws(PfmError) -> Int {
        throw PfmError(.permissionDenied, "the buffer can only be read")
    }

    func poll(_ waker: consuming PollWaker?) -> PollEvents {
        .readable
    }

    func release() {}
}
