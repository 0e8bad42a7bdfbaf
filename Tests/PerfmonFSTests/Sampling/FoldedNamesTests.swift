@testable import FuseKit
import Glibc
@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonFS
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// Whose names stand in `smpl/folded`.
@Suite struct FoldedNamesTests {
    /// What lies at an address when a sample is taken there is what names it, whatever lies there
    /// later.
    @Test func aMappingNamesTheSamplesOfItsTime() throws {
        let tree = try SamplingTree()
        try tree.sample(format: "default buf_size=1M")
        let processes = try #require(tree.engine.context("c")?.sampling?.processes)
        func map(_ path: ByteString, _ time: UInt64) {
            let code = MappedCode(
                pid: 7,
                tid: 7,
                address: 0x40_0000,
                length: 0x10000,
                offset: 0,
                file: MappedFile(path: path, inode: 1)
            )
            processes.add(.mapped(code), at: time)
        }
        processes.add(.named(NamedThread(pid: 7, tid: 7, name: "sh", isExec: false)), at: 0)
        map("/nowhere/first", 0)
        map("/nowhere/second", 10_500)
        map("/nowhere/first", 25_500)
        tree.pass(30_000)
        #expect(
            try tree.text("contexts/c/smpl/folded") == """
                sh;[first] 15
                sh;[second] 15

                """
        )
    }

    @Test func whatIsNotKnownTakesTheNamesBeforeAway() throws {
        let tree = try SamplingTree()
        try tree.sample(format: "default buf_size=1M")
        let processes = try #require(tree.engine.context("c")?.sampling?.processes)
        processes.add(.named(NamedThread(pid: 7, tid: 7, name: "sh", isExec: false)), at: 0)
        let code = MappedCode(
            pid: 7,
            tid: 7,
            address: 0x40_0000,
            length: 0x10000,
            offset: 0,
            file: MappedFile(path: "/nowhere/first", inode: 1)
        )
        processes.add(.mapped(code), at: 0)
        processes.loseTrack(of: 7, at: 10_500)
        tree.pass(30_000)
        let lines = try tree.text("contexts/c/smpl/folded").split(separator: "\n")
        #expect(lines.contains("sh;[first] 10"))
        #expect(lines.filter { $0.contains("first") || $0.hasPrefix("sh;") }.count == 1)
    }

    @Test func namesCannotBreakALine() throws {
        let tree = try SamplingTree()
        try tree.sample(format: "default buf_size=1M")
        let processes = try #require(tree.engine.context("c")?.sampling?.processes)
        for (time, name) in ["a\nb 7", "\u{1b}[31m", "", "x\ty;z"].enumerated() {
            processes.add(
                .named(NamedThread(pid: 7, tid: 7, name: ByteString(name), isExec: false)),
                at: UInt64(time) * 10_000 + 500
            )
        }
        tree.pass(40_000)
        let lines = try tree.text("contexts/c/smpl/folded").split(separator: "\n")
        #expect(
            Set(lines) == [
                "a?b 7;[unknown] 10", "?[31m;[unknown] 10", ":7;[unknown] 10",
                "x?y:z;[unknown] 10",
            ]
        )
        #expect(FoldedName.plain([0x61, 0xff, 0xc2, 0x9b, 0x62]) == "a\u{fffd}?b")
        #expect(FoldedName.plain("a\u{2028}b\u{7f}") == "a?b?")
    }

    @Test func theIdleThreadHasAName() {
        let replay = ProcessReplay([])
        #expect(replay.name(ofThread: 0, in: 0) == "swapper")
        #expect(replay.name(ofThread: -1, in: -1) == ":-1")
        #expect(replay.name(ofThread: 9, in: 8) == ":9")
    }

    @Test func historiesAreTakenInBitByBit() {
        let entries = (0..<100).map { index in
            ProcessHistory.Entry(
                time: UInt64(index),
                record: .named(NamedThread(pid: 7, tid: 7, name: "n", isExec: true))
            )
        }
        var replay = ProcessReplay(entries)
        var rounds = 0
        while !replay.advance(to: 49, limit: 20) { rounds += 1 }
        #expect(rounds == 2 && replay.spaces.count == 50)
    }

    @Test func stacksThatTheKernelCutSaySo() throws {
        let tree = try SamplingTree()
        try tree.write("contexts/c/smpl_fmt", "stacks")
        let sampling = try #require(tree.engine.context("c")?.sampling)
        for isCut in [true, false] {
            let place = SamplePlace(
                ip: 0x1000,
                pid: 7,
                tid: 7,
                cpu: 0,
                callChain: [0x2000],
                isCut: isCut
            )
            let overflow = Overflow(
                pmd: 0,
                set: 0,
                lastReset: 0 &- 1,
                eventID: 0,
                sampled: [],
                time: 0,
                place: place
            )
            let values: [UInt64] = []
            #expect(sampling.format.handle(overflow, values: values.span).control == .reset)
        }
        let lines = try tree.text("contexts/c/smpl/folded").split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.filter { $0.contains(";[truncated];[unknown];[unknown] 1") }.count == 1)
    }
}
