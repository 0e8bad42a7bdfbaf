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

/// `smpl/folded`.
@Suite struct FoldedTests {
    @Test func stacksAreSummedAndHonestAboutWhatIsUnknown() throws {
        let tree = try SamplingTree()
        try tree.sample(format: "stacks depth=2")
        tree.pass(64_000)
        let lines = try tree.text("contexts/c/smpl/folded").split(separator: "\n")
        // No file lies where the simulated program runs.
        #expect(lines.count == 1)
        #expect(lines[0].hasSuffix(";[unknown];[unknown];[unknown] 64"))
    }

    @Test func mappedCodeIsNamedByItsFile() throws {
        let tree = try SamplingTree()
        try tree.sample(format: "stacks depth=1")
        let processes = try #require(tree.engine.context("c")?.sampling?.processes)
        processes.add(
            .named(NamedThread(pid: 7, tid: 7, name: "pro;gram", isExec: false)),
            at: 0
        )
        processes.add(
            .mapped(
                MappedCode(
                    pid: 7,
                    tid: 7,
                    address: 0x40_0000,
                    length: 0x200,
                    offset: 0,
                    inode: 1,
                    path: "/nowhere/lib;x.so"
                )
            ),
            at: 0
        )
        tree.pass(64_000)
        #expect(
            try tree.text("contexts/c/smpl/folded") == """
                pro:gram;[unknown];[lib:x.so] 32
                pro:gram;[unknown];[unknown] 32

                """
        )
    }

    @Test func anExecBeginsANewAddressSpace() throws {
        let tree = try SamplingTree()
        try tree.sample(format: "default buf_size=1M")
        let processes = try #require(tree.engine.context("c")?.sampling?.processes)
        func map(_ path: String, _ time: UInt64) {
            let code = MappedCode(
                pid: 7,
                tid: 7,
                address: 0x40_0000,
                length: 0x10000,
                offset: 0,
                inode: 1,
                path: path
            )
            processes.add(.mapped(code), at: time)
        }
        func name(_ name: String, _ time: UInt64) {
            let thread = NamedThread(pid: 7, tid: 7, name: name, isExec: time > 0)
            processes.add(.named(thread), at: time)
        }
        name("sh", 0)
        map("/nowhere/sh", 0)
        name("work", 10_500)
        map("/nowhere/work", 10_600)
        tree.pass(30_000)
        #expect(
            try tree.text("contexts/c/smpl/folded") == """
                sh;[sh] 10
                work;[work] 20

                """
        )
    }

    @Test func childrenBeginWithWhatTheirParentMaps() throws {
        var replay = ProcessReplay([
            .init(
                time: 9,
                record: .forked(ForkedThread(pid: 8, parentPid: 7, tid: 8, parentTid: 7))
            ),
            .init(
                time: 5,
                record: .mapped(
                    MappedCode(
                        pid: 7,
                        tid: 7,
                        address: 16,
                        length: 16,
                        offset: 0,
                        path: "/a"
                    )
                )
            ),
            .init(
                time: 3,
                record: .named(NamedThread(pid: 7, tid: 7, name: "parent", isExec: false))
            ),
            .init(
                time: 12,
                record: .forked(ForkedThread(pid: 7, parentPid: 7, tid: 9, parentTid: 7))
            ),
        ])
        replay.advance(to: 8)
        #expect(replay.name(ofThread: 8, in: 8) == ":8")
        replay.advance(to: 20)
        #expect(replay.name(ofThread: 8, in: 8) == "parent")
        #expect(replay.name(ofThread: 9, in: 7) == "parent")
        #expect(replay.spaces[replay.space(of: 8)].code(at: 20)?.path == "/a")
        #expect(replay.spaces[replay.space(of: 8)].code(at: 32) == nil)
        #expect(replay.space(of: 8) != replay.space(of: 7))
    }

    @Test func severalEventsStandSideBySide() throws {
        let tree = try SamplingTree()
        try tree.write("contexts/c/events", "cycles ref-cycles")
        try tree.write("contexts/c/smpl_fmt", "default buf_size=64K")
        for (pmd, value) in [(0, "-1000"), (1, "-50")] {
            try tree.write("contexts/c/sets/0/pmd\(pmd)/value", value)
            try tree.write("contexts/c/sets/0/pmd\(pmd)/short_reset", value)
        }
        try tree.write("contexts/c/load_context", "tid 7")
        try tree.write("contexts/c/start", "1")
        tree.pass(10_000)
        let lines = try tree.text("contexts/c/smpl/folded").split(separator: "\n")
        #expect(lines.map { $0.split(separator: ";")[0] } == ["cycles", "ref-cycles"])
        #expect(lines.map { $0.split(separator: " ").last } == ["10", "20"])
    }

    @Test func histogramsAreFoldedWithTheirCounts() throws {
        let tree = try SamplingTree()
        try tree.sample(format: "counts_by_ip")
        tree.pass(640_000)
        #expect(try tree.text("contexts/c/smpl/folded").hasSuffix(";[unknown] 640\n"))
    }

    @Test(.disabled(if: isSanitized, "the sanitizer stands between qsort and its caller"))
    func functionsOfThisProcessAreNamed() throws {
        // The simulated places are replaced by a real one: a function of the C library.
        let tree = try SamplingTree()
        try tree.write("contexts/c/smpl_fmt", "stacks")
        let sampling = try #require(tree.engine.context("c")?.sampling)
        sampling.processes?.see(thread: getpid())
        let address = UInt64(UInt(bitPattern: dlsym(nil, "qsort_r")))
        let place = SamplePlace(
            ip: address + 4,
            pid: getpid(),
            tid: getpid(),
            cpu: 0,
            callChain: [address + 8]
        )
        let overflow = Overflow(
            pmd: 0,
            set: 0,
            lastReset: period(1),
            eventID: 0,
            sampled: [],
            time: 1,
            place: place
        )
        let values: [UInt64] = []
        #expect(sampling.format.handle(overflow, values: values.span).control == .reset)
        let line = try tree.text("contexts/c/smpl/folded")
        let frames = line.split(separator: " ")[0].split(separator: ";")
        #expect(frames.count == 3)
        #expect(frames.dropFirst().allSatisfy { $0.contains("qsort_r") })
    }

    private func period(_ events: UInt64) -> UInt64 { 0 &- events }
}
