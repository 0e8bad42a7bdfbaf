@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// What sampling buffers may take (specification 9.3, conformance 27 and 28).
@Suite struct BufferMemoryTests {
    private func limited(_ current: UInt64, _ maximum: UInt64) -> EngineOptions {
        var options = EngineOptions()
        options.lockedMemory = { _ in LockedMemory(current: current, maximum: maximum) }
        return options
    }

    private func message(_ command: () throws(PfmError) -> Void) -> String {
        do {
            try command()
            return ""
        } catch {
            return error.code == .noMemory ? error.message : "\(error.code)"
        }
    }

    @Test func buffersAreChargedInPagesAndCredited() throws {
        let fixture = try EngineFixture(options: unlimitedOptions())
        let engine = fixture.engine
        let context = try fixture.context(events: ["cycles"])
        try context.setFormat("default", ["buf_size": 4097], by: fixture.root)
        #expect(engine.bufferMemoryInUse == 8192)
        try context.setFormat("default", ["buf_size": 1000], by: fixture.root)
        #expect(engine.bufferMemoryInUse == 4096)
        let other = try fixture.context("d", events: ["cycles"])
        try other.setFormat("default", ["buf_size": 4096], by: fixture.root)
        #expect(engine.bufferMemoryInUse == 8192)
        try context.setFormat(nil, by: fixture.root)
        engine.removeContext(other)
        #expect(engine.bufferMemoryInUse == 0)
    }

    @Test func theMachineWideLimitHolds() throws {
        let fixture = try EngineFixture(options: unlimitedOptions())
        let engine = fixture.engine
        engine.controls.bufferMemoryMax = 8192
        let context = try fixture.context(events: ["cycles"])
        let other = try fixture.context("d", events: ["cycles"])
        try context.setFormat("default", ["buf_size": 4096], by: fixture.root)
        let refused = message { () throws(PfmError) in
            try other.setFormat("default", ["buf_size": 4097], by: fixture.root)
        }
        for number in ["4096", "8192"] { #expect(refused.contains(number)) }
        #expect(engine.bufferMemoryInUse == 4096)
        #expect(other.sampling == nil)
        try other.setFormat("default", ["buf_size": 4096], by: fixture.root)
        #expect(engine.bufferMemoryInUse == 8192, "reaching the limit is allowed")
    }

    @Test func lockedMemoryOfTheClientCounts() throws {
        let fixture = try EngineFixture(options: limited(4096, 16384))
        let engine = fixture.engine
        let context = try fixture.context(events: ["cycles"])
        try context.setFormat("default", ["buf_size": 8192], by: fixture.root)
        let other = try fixture.context("d", events: ["cycles"])
        let refused = message { () throws(PfmError) in
            try other.setFormat("default", ["buf_size": 8192], by: fixture.root)
        }
        for number in ["8192", "4096", "16384"] { #expect(refused.contains(number)) }
        #expect(engine.bufferMemoryInUse == 8192)
        let neighbour = Client(uid: 1000, gid: 1000, tid: 5)
        try other.setFormat("default", ["buf_size": 8192], by: neighbour)
        #expect(engine.bufferMemoryInUse == 16384, "each user has a ledger of his own")
    }

    @Test func theCreatorIsCreditedWhoeverFrees() throws {
        let fixture = try EngineFixture(options: limited(0, 8192))
        let context = try fixture.context(events: ["cycles"])
        let user = Client(uid: 1000, gid: 1000, tid: 5)
        try context.setFormat("default", ["buf_size": 8192], by: user)
        try context.setFormat(nil, by: fixture.root)
        try context.setFormat("default", ["buf_size": 8192], by: user)
        #expect(fixture.engine.bufferMemory.used(by: 1000) == 8192)
        #expect(fixture.engine.bufferMemory.used(by: 0) == 0)
    }

    @Test(arguments: [
        UInt64.max, UInt64.max - 4094, UInt64(1) << 63, UInt64(1) << 62, UInt64(1) << 50,
    ])
    func absurdSizesAreRefused(size: UInt64) throws {
        let fixture = try EngineFixture(options: unlimitedOptions())
        let context = try fixture.context(events: ["cycles"])
        #expect(
            refusal { () throws(PfmError) in
                try context.setFormat("default", ["buf_size": size], by: fixture.root)
            } == .noMemory
        )
        #expect(fixture.engine.bufferMemoryInUse == 0)
        #expect(fixture.engine.bufferMemory.used(by: 0) == 0)
    }

    @Test(.disabled(if: isSanitized, "the sanitizer keeps what is freed"))
    func tenThousandCyclesLeakNothing() throws {
        let fixture = try EngineFixture(options: limited(0, 1 << 20))
        let before = try residentPages()
        for round in 0..<10_000 {
            let context = try fixture.context("c\(round)", events: ["cycles"])
            try context.setFormat("default", ["buf_size": 1 << 20], by: fixture.root)
            try fixture.base(context)
            fixture.engine.removeContext(context)
        }
        #expect(fixture.engine.bufferMemoryInUse == 0)
        #expect(fixture.engine.allContexts.isEmpty)
        // 10,000 leaked buffers of which one page was touched would be 10,000 pages; the tests that
        // run beside this one take some too.
        #expect(try residentPages() < before + 8000)
    }

    @Test func limitsAreReadAsTheKernelWritesThem() {
        let limits = """
            Limit                     Soft Limit           Hard Limit           Units
            Max processes             96000                96000                processes
            Max locked memory         8388608              unlimited            bytes
            """
        #expect(LockedMemory.maximum(in: limits) == 8_388_608)
        #expect(
            LockedMemory.maximum(
                in: "Max locked memory         unlimited            unlimited            bytes"
            ) == .max
        )
        #expect(LockedMemory.maximum(in: "Max processes 1 1") == nil)
        #expect(
            LockedMemory.current(in: ThreadStatus("VmPin:\t0 kB\nVmLck:\t      12 kB\n")) == 12288
        )
        #expect(LockedMemory.current(in: ThreadStatus("Name:\tkthreadd\n")) == 0)
        #expect(LockedMemory.ofThread(0) == LockedMemory(current: 0, maximum: 8 << 20))
    }

    /// Pages of this process that are in memory.
    private func residentPages() throws -> Int {
        let text = try #require(ProcessFile.text("/proc/self/statm"))
        return try #require(Int(text.split(separator: " ")[1]))
    }
}

extension EngineFixture {
    /// Takes one sample with a context, so that its buffer is touched.
    fileprivate func base(_ context: Context) throws {
        try write(context, pmd: 0) { $0.value = period(100) }
        try context.load(on: .thread(7), by: root)
        try context.start()
        pass(200)
    }
}
