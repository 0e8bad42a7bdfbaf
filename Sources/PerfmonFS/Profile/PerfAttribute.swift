import LinuxSupport
import PerfmonEngine
import PerfmonModel

/// How perf.data describes an event (`struct perf_event_attr`, 128 bytes).
struct PerfAttribute {
    /// Number that the event's samples carry.
    let id: UInt64
    let name: String
    private let type: UInt32
    private let configuration: UInt64
    private let period: UInt64
    private let hasCallChains: Bool

    /// The identifier of an event by its place.
    static func id(set: UInt16, pmd: Int) -> UInt64 {
        UInt64(set) << 16 | UInt64(pmd + 1)
    }

    init(_ event: SampledEvent, hasCallChains: Bool) {
        id = Self.id(set: event.set, pmd: event.pmd)
        name = event.name
        (type, configuration) = Self.kind(of: event.selection)
        period = event.period
        self.hasCallChains = hasCallChains
    }

    /// What samples hold and in which order their fields come; all other records end in those
    /// fields that are marked.
    static func sampleType(hasCallChains: Bool) -> UInt64 {
        let ip: UInt64 = 1 << 0
        let thread: UInt64 = 1 << 1  // marked
        let time: UInt64 = 1 << 2  // marked
        let callChain: UInt64 = 1 << 5
        let cpu: UInt64 = 1 << 7  // marked
        let period: UInt64 = 1 << 8
        let identifier: UInt64 = 1 << 16  // marked
        return ip | thread | time | cpu | period | identifier | (hasCallChains ? callChain : 0)
    }

    private enum Flag {
        static let mmap: UInt64 = 1 << 8
        static let comm: UInt64 = 1 << 9
        static let task: UInt64 = 1 << 13
        static let sampleIDAll: UInt64 = 1 << 18
        static let mmap2: UInt64 = 1 << 23
        static let commExec: UInt64 = 1 << 24
        static let useClockID: UInt64 = 1 << 25
    }

    private static let size: UInt32 = 128

    /// Appends the structure.
    func append(to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(number: type)
        bytes.append(number: Self.size)
        bytes.append(number: configuration)
        bytes.append(number: period)
        bytes.append(number: Self.sampleType(hasCallChains: hasCallChains))
        bytes.append(number: UInt64(0))  // read_format
        bytes.append(
            number: Flag.mmap | Flag.comm | Flag.task | Flag.sampleIDAll | Flag.mmap2
                | Flag.commExec | Flag.useClockID
        )
        bytes.append(contentsOf: repeatElement(0, count: start + 92 - bytes.count))
        bytes.append(number: Int32(1))  // CLOCK_MONOTONIC
        bytes.append(contentsOf: repeatElement(0, count: start + Int(Self.size) - bytes.count))
    }

    /// Type and configuration for perf. What perf would want to know more of than we have, such
    /// as the fields of a tracepoint, goes as a raw event: perf then shows its name.
    private static func kind(of selection: EventSelection) -> (UInt32, UInt64) {
        let hardware: UInt32 = 0
        let software: UInt32 = 1
        let raw: UInt32 = 4
        guard case .generic(let image, _) = selection else {
            if case .programmable(let image) = selection { return (raw, image & 0xffff) }
            return (raw, 0)
        }
        switch image >> 32 & 0xf {
        case 1: return (hardware, image & 0xffff)
        case 2: return (software, image & 0xffff)
        default: return (raw, image & 0xffff)
        }
    }
}
