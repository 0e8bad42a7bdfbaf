@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend

/// A context on the simulated PMU that samples `cycles` (1 an ns) into a format.
struct SamplingFixture {
    let base: EngineFixture
    let context: Context

    init(
        _ arguments: [String: UInt64] = ["buf_size": 4096],
        period events: UInt64 = 1000,
        format: String = "default",
        flags: RegisterFlags = .overflowNotify,
        sampled: RegisterSet = [],
        contextFlags: ContextFlags = [],
        events names: [String] = ["cycles", "instructions", "branches"],
        options: EngineOptions = EngineOptions()
    ) throws {
        base = try EngineFixture(options: options)
        context = try base.context(flags: contextFlags, events: names)
        try context.setFormat(format, arguments, by: base.root)
        try base.write(context, pmd: 0) {
            $0.value = period(events)
            $0.longReset = period(events)
            $0.shortReset = period(events)
            $0.sampledPmds = sampled
            $0.flags = flags
        }
    }

    /// Loads the context on thread 7 and starts it.
    func start() throws {
        try context.load(on: .thread(7), by: base.root)
        try context.start()
    }

    func pass(_ nanoseconds: UInt64) {
        base.pass(nanoseconds)
    }

    /// All stored samples.
    var samples: [Sample] {
        guard let format = context.sampling?.format else { return [] }
        var cursor = SampleCursor()
        var sample = Sample()
        var all: [Sample] = []
        while format.next(&cursor, &sample) { all.append(sample) }
        return all
    }

    /// A field of the buffer's header.
    func header(_ name: String) -> UInt64? {
        context.sampling?.format.header.first { $0.key == name }?.value
    }

    /// The first bytes of the buffer.
    func bytes(_ range: Range<Int>) -> [UInt8] {
        guard let buffer = context.sampling?.buffer else { return [] }
        return Array(buffer.bytes[range])
    }
}

/// Nobody has locked memory, and nobody is limited.
func unlimitedOptions() -> EngineOptions {
    var options = EngineOptions()
    options.lockedMemory = { _ in LockedMemory(current: 0, maximum: .max) }
    return options
}
