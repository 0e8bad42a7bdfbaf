internal import LinuxSupport
import PerfmonEngine
import PerfmonModel

/// Writes samples as a perf.data file in pipe mode, which `perf report` and `perf script` read from
/// a file and from their standard input: nothing in it refers to a place further on, so it can be
/// written while samples come.
struct PerfDataWriter: SampleWriter {
    private let sampling: Sampling
    /// Ends each piece with a mark up to which perf may sort, so that it shows what it has.
    private let marksRounds: Bool
    private let kernel: KernelMap?
    private let hasCallChains: Bool
    private var known: Set<UInt64> = []
    /// The machine was described.
    private var isIntroduced = false
    /// Records of `sampling.processes` that were written.
    private var told = 0
    private var sample = Sample()

    /// - Parameters:
    ///   - kernel: where the kernel lies; nil when the reader may not know.
    ///   - marksRounds: for a reader that follows.
    init(_ sampling: Sampling, kernel: KernelMap?, marksRounds: Bool = false) {
        self.sampling = sampling
        self.kernel = kernel
        self.marksRounds = marksRounds
        hasCallChains = sampling.about.wantsCallChains
    }

    mutating func begin(_ bytes: inout [UInt8]) {
        bytes.append(contentsOf: "PERFILE2".utf8)
        bytes.append(number: UInt64(16))
        appendNews(to: &bytes)
    }

    /// What became known since the last call. A follower may be there before the load; but perf
    /// understands nothing before the first event is described.
    private mutating func appendNews(to bytes: inout [UInt8]) {
        for event in sampling.events { append(event, to: &bytes) }
        guard !known.isEmpty else { return }
        if !isIntroduced {
            isIntroduced = true
            PerfFeatures.append(to: &bytes)
            kernel?.append(to: &bytes, trailer: trailer)
        }
        appendProcesses(to: &bytes)
    }

    mutating func append(_ cursor: inout SampleCursor, wanted: Int, to bytes: inout [UInt8]) {
        appendNews(to: &bytes)
        let start = bytes.count
        while bytes.count - start < wanted, sampling.format.next(&cursor, &sample) {
            appendSample(to: &bytes)
        }
        if marksRounds, bytes.count > start {
            PerfRecord.append(.finishedRound, to: &bytes)
        }
    }

    mutating func appendMissed(_ count: UInt64, to bytes: inout [UInt8]) {
        guard let id = sampling.events.first.map({ PerfAttribute.id(set: $0.set, pmd: $0.pmd) })
        else { return }
        PerfRecord.append(.lost, to: &bytes) {
            $0.append(number: id)
            $0.append(number: count)
            trailer(&$0, 0, 0, 0)
        }
    }

    private mutating func append(_ event: SampledEvent, to bytes: inout [UInt8]) {
        let attribute = PerfAttribute(event, hasCallChains: hasCallChains)
        guard known.insert(attribute.id).inserted else { return }
        PerfRecord.append(.headerAttribute, to: &bytes) {
            attribute.append(to: &$0)
            $0.append(number: attribute.id)
        }
        PerfRecord.append(.eventUpdate, to: &bytes) {
            $0.append(number: UInt64(2))  // the name
            $0.append(number: attribute.id)
            $0.append(padded: attribute.name)
        }
    }

    private mutating func appendProcesses(to bytes: inout [UInt8]) {
        guard let processes = sampling.processes else { return }
        for entry in processes.entries.dropFirst(told) {
            PerfProcessRecords.append(entry, to: &bytes, trailer: trailer)
        }
        told = processes.entries.count
    }

    private mutating func appendSample(to bytes: inout [UInt8]) {
        let sample = sample
        let id = PerfAttribute.id(set: sample.set, pmd: sample.pmd)
        if !known.contains(id) {
            append(SampledEvent(unknownIn: sample), to: &bytes)
        }
        PerfRecord.append(
            .sample,
            misc: Self.isKernel(sample.ip) ? PerfRecord.Misc.kernel : PerfRecord.Misc.user,
            to: &bytes
        ) { bytes in
            bytes.append(number: id)
            bytes.append(number: sample.ip)
            bytes.append(number: sample.pid)
            bytes.append(number: sample.tid)
            bytes.append(number: sample.time)
            bytes.append(number: UInt64(UInt32(truncatingIfNeeded: sample.cpu)))
            bytes.append(number: max(sample.period, 1))
            if hasCallChains { Self.append(chainOf: sample, to: &bytes) }
        }
    }

    /// The addresses of a call chain, with a mark wherever it changes between kernel and user.
    private static func append(chainOf sample: Sample, to bytes: inout [UInt8]) {
        let inKernel = UInt64(bitPattern: -128)
        let inUser = UInt64(bitPattern: -512)
        let place = bytes.count
        bytes.append(number: UInt64(0))
        var isInKernel: Bool?
        var count: UInt64 = 0
        func add(_ address: UInt64) {
            if isInKernel != isKernel(address) {
                isInKernel = isKernel(address)
                bytes.append(number: isKernel(address) ? inKernel : inUser)
                count += 1
            }
            bytes.append(number: address)
            count += 1
        }
        add(sample.ip)
        for address in sample.callChain { add(address) }
        Swift.withUnsafeBytes(of: count.littleEndian) { number in
            bytes.replaceSubrange(place..<place + 8, with: number)
        }
    }

    /// The upper half of the addresses is the kernel's.
    private static func isKernel(_ address: UInt64) -> Bool {
        address >> 63 == 1
    }

    /// The fields that every record but a sample ends in.
    private func trailer(_ bytes: inout [UInt8], _ pid: Int32, _ tid: Int32, _ time: UInt64) {
        bytes.append(number: pid)
        bytes.append(number: tid)
        bytes.append(number: time)
        bytes.append(number: UInt64(0))
        bytes.append(number: known.first ?? 0)
    }
}

extension SampledEvent {
    /// An event of which only a sample is left.
    init(unknownIn sample: Sample) {
        self.init(
            set: sample.set,
            pmd: sample.pmd,
            name: "set\(sample.set)-pmd\(sample.pmd)",
            selection: .programmable(0),
            period: sample.period
        )
    }
}

extension SamplingNode {
    /// A writer of perf.data.
    ///
    /// - Parameter kernel: where the kernel lies; nil when the reader may not know.
    func perfDataWriter(kernel: KernelMap?, follows: Bool = false) -> PerfDataWriter {
        PerfDataWriter(sampling, kernel: kernel, marksRounds: follows)
    }
}
