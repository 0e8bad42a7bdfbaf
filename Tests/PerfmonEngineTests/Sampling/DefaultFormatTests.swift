@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// The default format, byte for byte (specification 8.3, conformance 4 and 22).
@Suite struct DefaultFormatTests {
    /// 40 bytes and 8 for each of the simulated PMU's seven PMDs.
    private let largest: UInt64 = 96

    @Test func smallestBufferHoldsOneSample() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        let minimum = 128 + largest
        #expect(
            refusal { () throws(PfmError) in
                try context.setFormat("default", ["buf_size": minimum - 1], by: fixture.root)
            } == .invalidArgument
        )
        #expect(context.sampling == nil)
        try context.setFormat("default", ["buf_size": minimum], by: fixture.root)
        #expect(context.sampling?.buffer.size == 4096)
    }

    @Test func freshHeader() throws {
        let fixture = try SamplingFixture(["buf_size": 5000, "buf_flags": 0x0102_0304])
        #expect(
            fixture.bytes(0..<48) == [
                0, 0, 0, 0, 0, 0, 0, 0,  // hdr_count
                128, 0, 0, 0, 0, 0, 0, 0,  // hdr_cur_offs
                0, 0, 0, 0, 0, 0, 0, 0,  // hdr_overflows
                0x88, 0x13, 0, 0, 0, 0, 0, 0,  // hdr_buf_size as asked for
                96, 0, 0, 0, 0, 0, 0, 0,  // hdr_min_buf_space
                0, 0, 1, 0,  // hdr_version
                4, 3, 2, 1,  // hdr_buf_flags
            ]
        )
        #expect(fixture.bytes(48..<8192).allSatisfy { $0 == 0 })
    }

    @Test func entryBytes() throws {
        let fixture = try SamplingFixture(period: 1000, sampled: [1, 2])
        try fixture.start()
        fixture.pass(1000)
        #expect(fixture.header("hdr_count") == 1)
        #expect(fixture.header("hdr_cur_offs") == 128 + 56)
        #expect(
            fixture.bytes(128..<192) == [
                7, 0, 0, 0,  // pid: the thread
                0, 0,  // ovfl_pmd
                0, 0,  // reserved
                0x18, 0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,  // last_reset_val: -1000
                0x10, 0, 0x40, 0, 0, 0, 0, 0,  // ip
                0xe8, 3, 0, 0, 0, 0, 0, 0,  // tstamp
                0, 0,  // cpu
                0, 0,  // set
                7, 0, 0, 0,  // tgid
                0x20, 3, 0, 0, 0, 0, 0, 0,  // pmd1: 800 instructions
                200, 0, 0, 0, 0, 0, 0, 0,  // pmd2: 200 branches
                0, 0, 0, 0, 0, 0, 0, 0,  // nothing behind it
            ]
        )
    }

    private static let buffers: [(UInt64, RegisterSet)] = [
        (4096, []), (4096, [1]), (4096, [0, 1, 2]), (1000, []), (1001, [2]), (224, []),
        (65536, [1, 2]),
    ]

    @Test(arguments: buffers)
    func samplesPerBuffer(size: UInt64, sampled: RegisterSet) throws {
        let fixture = try SamplingFixture(

            ["buf_size": size],
            sampled: sampled,
            options: unlimitedOptions()
        )
        try fixture.start()
        let entry = UInt64(40 + 8 * Array(sampled).count)
        let expected = (size - 128 - largest) / entry + 1
        for _ in 1..<expected { fixture.pass(1000) }
        #expect(fixture.context.state == .loaded)
        #expect(fixture.header("hdr_count") == expected - 1)
        fixture.pass(1000)
        #expect(fixture.context.state == .masked)
        #expect(fixture.header("hdr_count") == expected)
        #expect(fixture.header("hdr_cur_offs") == 128 + expected * entry)
        #expect(fixture.header("hdr_overflows") == 1)
        #expect(fixture.samples.count == Int(expected))
    }

    @Test func restartEmptiesTheBufferAndCountsOn() throws {
        let fixture = try SamplingFixture(["buf_size": 224])
        try fixture.start()
        fixture.pass(1000)
        #expect(fixture.context.state == .masked)
        #expect(fixture.context.messages.all.count == 1)
        try fixture.base.write(fixture.context, pmd: 0) { $0.longReset = period(300) }
        try fixture.context.restart()
        #expect(fixture.header("hdr_count") == 0)
        #expect(fixture.header("hdr_cur_offs") == 128)
        #expect(fixture.header("hdr_overflows") == 1)
        #expect(fixture.bytes(128..<132) == [7, 0, 0, 0], "old bytes stay")
        fixture.pass(299)
        #expect(fixture.context.state == .loaded)
        fixture.pass(1)
        #expect(fixture.header("hdr_overflows") == 2)
        #expect(fixture.samples.map(\.period) == [300])
    }

    @Test func earlyRestartEmptiesTheBufferWithoutReset() throws {
        let fixture = try SamplingFixture()
        try fixture.start()
        fixture.pass(2400)
        #expect(fixture.samples.count == 2)
        try fixture.context.restart()
        #expect(fixture.samples.isEmpty)
        #expect(fixture.context.state == .loaded)
        #expect(try fixture.context.readPmd(0, set: 0).value == period(600))
        fixture.pass(600)
        #expect(fixture.samples.map(\.time) == [3000])
    }

    @Test func simultaneousOverflowsGiveEntriesInOrder() throws {
        let fixture = try SamplingFixture(events: ["cycles", "ref-cycles"])
        try fixture.base.write(fixture.context, pmd: 1) {
            $0.value = period(100)
            $0.shortReset = period(100)
            $0.sampledPmds = [0]
        }
        try fixture.start()
        fixture.pass(2000)
        #expect(fixture.samples.map(\.pmd) == [0, 1, 0, 1])
        #expect(fixture.samples.map(\.time) == [1000, 1000, 2000, 2000])
        #expect(fixture.samples.map(\.values) == [[], [0], [], [0]])
    }

    @Test func aFullBufferEndsTheEvent() throws {
        // Room for one entry: the second register of the same event gets none.
        let fixture = try SamplingFixture(

            ["buf_size": 224],
            events: ["cycles", "ref-cycles"]
        )
        try fixture.base.write(fixture.context, pmd: 1) { $0.value = period(100) }
        try fixture.start()
        fixture.pass(1000)
        #expect(fixture.samples.map(\.pmd) == [0])
        #expect(fixture.header("hdr_overflows") == 1)
        guard case .overflow(let message)? = fixture.context.messages.all.first else {
            Issue.record("no message")
            return
        }
        #expect(message.pmds == [0, 1], "both registers overflowed")
    }

    @Test func changedRegistersAreReadAsTheyWereStored() throws {
        let fixture = try SamplingFixture(sampled: [1])
        try fixture.start()
        fixture.pass(1000)
        try fixture.base.write(fixture.context, pmd: 0) { $0.sampledPmds = [1, 2] }
        fixture.pass(1000)
        try fixture.base.write(fixture.context, pmd: 0) { $0.sampledPmds = [] }
        fixture.pass(1000)
        #expect(fixture.samples.map(\.values) == [[800], [1600, 400], []])
        #expect(fixture.samples.map(\.registers) == [[1], [1, 2], []])
    }

    @Test func linesSayEverything() throws {
        let fixture = try SamplingFixture(period: 1000, sampled: [1])
        try fixture.start()
        fixture.pass(1000)
        var text: [UInt8] = []
        var cursor = SampleCursor()
        fixture.context.sampling?.format.appendLines(&cursor, wanted: 4096, to: &text)
        #expect(
            String(decoding: text, as: UTF8.self) == """
                time=1000 pid=7 tid=7 cpu=0 ip=0x400010 set=0 pmd=0 \
                last_reset=18446744073709550616 pmd1=800

                """
        )
    }
}
