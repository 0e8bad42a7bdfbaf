import LinuxSupport
import PerfmonEngine

/// What the tree keeps for a context while it has a sampling format: the subject of `smpl/`.
final class SamplingNode {
    let node: any SampledContext
    let sampling: Sampling
    /// Open files that read the samples one by one.
    private var streams: [SampleStreamHandle] = []
    /// What the kernel has of the buffer.
    private(set) lazy var pages = BufferPages(self)
    /// Lengths of the files that are rendered from all samples, by name.
    private var lengths: [String: MeasuredLength] = [:]

    init(_ node: any SampledContext, _ sampling: Sampling) {
        self.node = node
        self.sampling = sampling
    }

    var context: Context { node.context }
    var format: any SamplingFormat { sampling.format }

    /// Whether the context was removed, or has another format by now.
    var isGone: Bool { context.isRemoved || context.sampling !== sampling }

    /// Nothing will be added any more to what is stored.
    var isEnded: Bool { isGone || context.endReason != nil }

    /// Brings the samples up to now.
    func refresh() {
        node.context.drain()
    }

    func add(_ stream: SampleStreamHandle) {
        streams.append(stream)
    }

    func remove(_ stream: SampleStreamHandle) {
        streams.removeAll { $0 === stream }
    }

    /// The stored samples are about to go: those who read them one by one take them first.
    func samplesWillGo() {
        for stream in streams { stream.takeAll() }
    }

    /// The length of a file that a writer renders, measured as far as it was not before.
    func length(of name: String, _ makeWriter: () -> any SampleWriter) -> UInt64 {
        guard !isGone else { return 0 }
        refresh()
        let measured = lengths[name] ?? MeasuredLength(makeWriter())
        lengths[name] = measured
        // Only what comes one by one stays where it is.
        if !sampling.about.views.contains(.stream) { lengths[name] = nil }
        return measured.update(format, makeWriter)
    }
}

/// The length of what a writer renders: samples are only ever added, until all are dropped, so
/// each is rendered once for it.
private final class MeasuredLength {
    private var writer: any SampleWriter
    private var cursor = SampleCursor()
    private var bytes: [UInt8] = []
    private var total: UInt64 = 0

    init(_ writer: any SampleWriter) {
        self.writer = writer
        begin()
    }

    func update(_ format: any SamplingFormat, _ makeWriter: () -> any SampleWriter) -> UInt64 {
        if cursor.epoch != format.epoch {
            writer = makeWriter()
            begin()
        }
        repeat {
            bytes.removeAll(keepingCapacity: true)
            writer.append(&cursor, wanted: 1 << 16, to: &bytes)
            total += UInt64(bytes.count)
        } while !bytes.isEmpty
        return total
    }

    private func begin() {
        cursor = SampleCursor()
        bytes.removeAll(keepingCapacity: true)
        writer.begin(&bytes)
        total = UInt64(bytes.count)
    }
}
