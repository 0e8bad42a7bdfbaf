@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend

/// The sampling buffer of the default format (section 8.3), as far as a run can see it.
struct ReferenceBuffer {
    /// Bytes as asked for.
    let size: Int
    var samples: [ReferenceSample] = []
    private var used = 128

    init(size: Int) {
        self.size = size
    }

    /// Bytes of an entry with every register.
    static let largest = 40 + 8 * ReferenceWorkload.pmds.count
    /// The smallest buffer that the format takes.
    static let smallest = 128 + largest

    /// Stores a sample if there is room for the largest one.
    ///
    /// - Returns: whether there is room for another.
    mutating func store(_ sample: ReferenceSample) -> Bool {
        guard size - used >= Self.largest else { return false }
        samples.append(sample)
        used += 40 + 8 * sample.values.count
        return size - used >= Self.largest
    }

    mutating func empty() {
        samples = []
        used = 128
    }
}

/// One entry.
struct ReferenceSample: Equatable {
    var time: UInt64
    var tid: Int32
    var cpu: Int
    var set: UInt16
    var pmd: Int
    var lastReset: UInt64
    var values: [UInt64]
}

extension Context {
    /// The stored samples, as a model has them; nil without a format.
    var referenceSamples: [ReferenceSample]? {
        guard let format = sampling?.format else { return nil }
        var cursor = SampleCursor()
        var sample = Sample()
        var samples: [ReferenceSample] = []
        while format.next(&cursor, &sample) {
            samples.append(
                ReferenceSample(
                    time: sample.time,
                    tid: sample.tid,
                    cpu: sample.cpu,
                    set: sample.set,
                    pmd: sample.pmd,
                    lastReset: sample.lastReset,
                    values: sample.values
                )
            )
        }
        return samples
    }
}
