@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// The formats that perfmon2 did not have: stacks, text, counts_by_ip.
@Suite struct OwnFormatTests {
    private func lines(_ fixture: SamplingFixture) -> [String] {
        var text: [UInt8] = []
        var cursor = SampleCursor()
        fixture.context.sampling?.format.appendLines(&cursor, wanted: 1 << 20, to: &text)
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func stacksKeepTheChainUpToTheDepth() throws {
        let fixture = try SamplingFixture(["depth": 3], format: "stacks", sampled: [1])
        try fixture.start()
        fixture.pass(2000)
        #expect(fixture.samples.count == 2)
        let chain = fixture.samples[0].callChain
        #expect(chain.count == 3)
        #expect(fixture.samples.map(\.values) == [[800], [1600]])
        #expect(fixture.samples.map(\.time) == [1000, 2000])
        #expect(
            lines(fixture)[0].hasSuffix(" pmd1=800 chain=" + chain.map(hex).joined(separator: ","))
        )
        // 48 bytes, one value, three addresses.
        #expect(fixture.header("hdr_cur_offs") == 128 + 2 * 80)
        #expect(fixture.bytes(134..<136) == [3, 0])
        #expect(fixture.bytes(168..<170) == [1, 0])
    }

    @Test func stacksBecomeFullLikeTheDefault() throws {
        let fixture = try SamplingFixture(
            ["buf_size": 128 + 48 + 56 + 16 + 64, "depth": 2],
            format: "stacks"
        )
        try fixture.start()
        fixture.pass(10_000)
        #expect(fixture.samples.count == 2)
        #expect(fixture.context.state == .masked)
        try fixture.context.restart()
        #expect(fixture.samples.isEmpty)
        #expect(fixture.context.state == .loaded)
    }

    @Test(arguments: [(UInt64(0), UInt64(4096)), (1025, 65536), (127, 1000)])
    func stacksRefuse(depth: UInt64, size: UInt64) throws {
        let fixture = try EngineFixture(options: unlimitedOptions())
        let context = try fixture.context(events: ["cycles"])
        #expect(
            refusal { () throws(PfmError) in
                try context.setFormat(
                    "stacks",
                    ["depth": depth, "buf_size": size],
                    by: fixture.root
                )
            } == .invalidArgument
        )
    }

    @Test func textNeverMasksAndKeepsTheNewestLines() throws {
        let fixture = try SamplingFixture(["buf_size": 1024], format: "text", sampled: [2])
        try fixture.start()
        fixture.pass(1_000_000)
        #expect(fixture.context.state == .loaded)
        #expect(fixture.context.messages.isEmpty)
        let lines = lines(fixture)
        let stored = try #require(fixture.header("hdr_count"))
        let overwritten = try #require(fixture.header("hdr_overwritten"))
        #expect(stored + overwritten == 1000)
        #expect(lines.count == Int(stored))
        #expect(stored > 4)
        #expect(lines.last?.hasPrefix("time=1000000 pid=7 ") ?? false)
        for (index, line) in lines.enumerated() {
            let number = 1000 - lines.count + index + 1
            #expect(line.hasPrefix("time=\(number * 1000) "))
            #expect(line.hasSuffix(" pmd2=\(number * 200)"))
        }
    }

    @Test func aSlowReaderOfTextIsToldWhatItMissed() throws {
        let fixture = try SamplingFixture(["buf_size": 1024], format: "text")
        try fixture.start()
        let format = try #require(fixture.context.sampling?.format)
        fixture.pass(2000)
        var cursor = SampleCursor()
        var first: [UInt8] = []
        format.appendLines(&cursor, wanted: 4096, to: &first)
        let read = first.count
        fixture.pass(500_000)
        var second: [UInt8] = []
        format.appendLines(&cursor, wanted: 4096, to: &second)
        let tail = try #require(fixture.header("hdr_tail"))
        let expected = "missed bytes=\(Int(tail) - read)\n"
        #expect(String(decoding: second, as: UTF8.self).hasPrefix(expected))
    }

    @Test func histogramCountsEverySampleAtItsPlace() throws {
        let fixture = try SamplingFixture(["buf_size": 65536], period: 1000, format: "counts_by_ip")
        try fixture.start()
        fixture.pass(640_000)
        // The simulated program is a loop of 64 instructions, one each microsecond.
        #expect(fixture.header("hdr_count") == 64)
        #expect(fixture.header("hdr_samples") == 640)
        #expect(fixture.header("hdr_missed") == 0)
        #expect(fixture.samples.count == 64)
        #expect(fixture.samples.allSatisfy { $0.weight == 10 && $0.period == 10_000 })
        #expect(Set(fixture.samples.map(\.ip)).count == 64)
        #expect(fixture.context.state == .loaded)
        #expect(lines(fixture).allSatisfy { $0.hasPrefix("count=10 events=10000 pid=7 ip=0x4") })
        try fixture.context.restart()
        #expect(fixture.samples.isEmpty)
        fixture.pass(1000)
        #expect(fixture.samples.map(\.weight) == [1])
    }

    @Test func aFullHistogramCountsWhatItMissed() throws {
        let fixture = try SamplingFixture(["buf_size": 128 + 8 * 32], format: "counts_by_ip")
        try fixture.start()
        fixture.pass(64_000)
        #expect(fixture.header("hdr_slots") == 8)
        #expect(fixture.header("hdr_count") == 8)
        #expect(fixture.header("hdr_missed") == 56)
        fixture.pass(64_000)
        #expect(fixture.samples.map(\.weight) == Array(repeating: 2, count: 8))
        #expect(fixture.header("hdr_missed") == 112)
    }

    private func hex(_ number: UInt64) -> String {
        "0x" + String(number, radix: 16)
    }
}
