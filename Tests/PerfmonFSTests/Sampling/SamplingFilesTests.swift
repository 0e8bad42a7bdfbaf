@testable import FuseKit
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

/// `smpl_fmt`, `smpl/` and `formats/`.
@Suite struct SamplingFilesTests {
    @Test func formatsDescribeThemselves() throws {
        let tree = try SamplingTree()
        #expect(tree.names("formats") == ["default", "stacks", "text", "counts_by_ip"])
        for name in tree.names("formats") {
            #expect(tree.names("formats/\(name)") == ["version", "description", "arguments"])
            #expect(try tree.text("formats/\(name)/version") == "1.0\n")
            #expect(try tree.text("formats/\(name)/arguments").hasPrefix("buf_size=BYTES default="))
        }
        #expect(tree.find("formats/pebs64") == nil)
    }

    @Test func chosenFormatIsShownAsItCanBeWritten() throws {
        let tree = try SamplingTree()
        #expect(try tree.text("contexts/c/smpl_fmt") == "none\n")
        #expect(tree.find("contexts/c/smpl") == nil)
        try tree.write("contexts/c/smpl_fmt", "default buf_size=1M buf_flags=0x10")
        let line = "default buf_size=1048576 buf_flags=16"
        #expect(try tree.text("contexts/c/smpl_fmt") == line + "\n")
        try tree.write("contexts/c/smpl_fmt", line)
        #expect(try tree.text("contexts/c/smpl/buf_size") == "1048576\n")
        #expect(try tree.text("smpl_buffer_mem_cur") == "1048576\n")
        try tree.write("contexts/c/smpl_fmt", "none")
        #expect(tree.find("contexts/c/smpl") == nil)
        #expect(try tree.text("smpl_buffer_mem_cur") == "0\n")
    }

    @Test(arguments: [
        ("", Errno.invalidArgument), ("pebs64 buf_size=4096", .invalidArgument),
        ("default", .invalidArgument), ("default buf_size", .invalidArgument),
        ("default buf_size=x", .invalidArgument), ("default buf_size=-1", .invalidArgument),
        ("default size=4096", .invalidArgument), ("default buf_size=100", .invalidArgument),
        ("default buf_size=4096 buf_size=4096", .invalidArgument),
        ("none buf_size=4096", .invalidArgument), ("default buf_size=9M", .noMemory),
        ("default buf_size=16E", .invalidArgument),
        ("default buf_size=18446744073709551615", .noMemory),
        ("default buf_size=18446744073709551616", .invalidArgument),
        ("stacks depth=0", .invalidArgument),
    ])
    func refusedLines(line: String, expected: Errno) throws {
        let tree = try SamplingTree()
        #expect(code { try tree.write("contexts/c/smpl_fmt", line) } == expected)
        #expect(try tree.text("contexts/c/smpl_fmt") == "none\n")
        #expect(try tree.text("contexts/c/last_cmd_status") != "ok\n")
    }

    @Test func formatIsFixedWhileLoaded() throws {
        let tree = try SamplingTree()
        try tree.sample()
        #expect(code { try tree.write("contexts/c/smpl_fmt", "none") } == .resourceBusy)
    }

    @Test func filesShowTheSamples() throws {
        let tree = try SamplingTree()
        try tree.sample(registers: "1")
        tree.pass(3500)
        #expect(
            try tree.text("contexts/c/smpl/hdr") == """
                hdr_count 3
                hdr_cur_offs 272
                hdr_overflows 0
                hdr_buf_size 1048576
                hdr_min_buf_space 96
                hdr_version 65536
                hdr_buf_flags 0

                """
        )
        let lines = try tree.text("contexts/c/smpl/entries").split(separator: "\n")
        #expect(
            lines.map { $0.split(separator: " ")[0] } == ["time=1000", "time=2000", "time=3000"]
        )
        #expect(lines.allSatisfy { $0.contains(" last_reset=18446744073709550616 pmd1=") })
        #expect(try tree.text("contexts/c/smpl/lost") == "0\n")
        #expect(try tree.text("contexts/c/smpl/dropped_when_masked") == "0\n")
        #expect(try tree.text("contexts/c/smpl/throttled") == "0\n")
    }

    @Test func bufferCanBeReadAnywhere() throws {
        let tree = try SamplingTree()
        try tree.sample(format: "default buf_size=5000")
        #expect(try tree.size("contexts/c/smpl/buffer") == 8192)
        let handle = try tree.open("contexts/c/smpl/buffer")
        tree.pass(2000)
        #expect(try tree.read(handle, at: 0, size: 8)?.get() == [2, 0, 0, 0, 0, 0, 0, 0])
        #expect(try tree.read(handle, at: 128, size: 4)?.get() == [7, 0, 0, 0])
        #expect(try tree.read(handle, at: 8190, size: 100)?.get() == [0, 0])
        #expect(try tree.read(handle, at: 8192, size: 100)?.get() == [])
        #expect(try tree.read(handle, at: 1 << 40, size: 100)?.get() == [])
        handle.release()
    }

    @Test func changesArePushedEntriesFirst() throws {
        let tree = try SamplingTree()
        try tree.sample(format: "default buf_size=5000")
        let file = try tree.file("contexts/c/smpl/buffer")
        let content = try #require(file.cachedContent)
        let handle = try tree.open("contexts/c/smpl/buffer")
        tree.pass(2000)
        try content.refresh()
        #expect(!content.isBehind, "nobody has read it yet")
        #expect(try tree.read(handle, at: 0, size: 1)?.get() == [2])
        tree.pass(1000)
        try content.refresh()
        #expect(content.isBehind)
        // A page that is read now must not count an entry that other pages may lack.
        #expect(try tree.read(handle, at: 0, size: 1)?.get() == [2])
        let entry = 128 + 2 * 40
        let pieces = [content.nextPiece(), content.nextPiece(), content.nextPiece()]
        #expect(pieces.map { $0?.offset } == [entry, 0, nil])
        #expect(pieces[0]?.bytes.count == 40)
        #expect(pieces[1]?.bytes.prefix(1) == [3])
        #expect(!content.isBehind)
        #expect(try tree.read(handle, at: 0, size: 1)?.get() == [3])
        handle.release()
        tree.pass(1000)
        try content.refresh()
        #expect(!content.isBehind, "nobody has it any more")
    }

    @Test func theBufferIsNotOpenedForWriting() throws {
        let tree = try SamplingTree()
        try tree.sample()
        let file = try tree.file("contexts/c/smpl/buffer")
        #expect(throws: Errno.self) {
            _ = try file.open(by: tree.root, flags: [.read, .write])
        }
    }

    @Test func sizesAreThoseOfTheContent() throws {
        let tree = try SamplingTree()
        try tree.sample()
        for _ in 0..<3 {
            tree.pass(777_000)
            for name in ["entries", "perf.data"] {
                let path = "contexts/c/smpl/\(name)"
                #expect(try tree.size(path) == UInt64(try tree.bytes(path).count))
            }
        }
        try tree.write("contexts/c/restart", "1")
        #expect(try tree.size("contexts/c/smpl/entries") == 0)
    }

    @Test func piecesOfAnySizeMakeTheSameFile() throws {
        let tree = try SamplingTree()
        try tree.sample()
        tree.pass(5_000_000)
        for name in ["entries", "perf.data"] {
            let whole = try tree.bytes("contexts/c/smpl/\(name)", piece: 1 << 24)
            #expect(whole.count > 200_000)
            for piece in [4096, 10_007, 1 << 17] {
                #expect(try tree.bytes("contexts/c/smpl/\(name)", piece: piece) == whole)
            }
        }
    }

    @Test func restartWhileAFileIsReadIsToldToItsReader() throws {
        let tree = try SamplingTree()
        try tree.sample()
        tree.pass(5_000_000)
        let handle = try tree.open("contexts/c/smpl/entries")
        let first = try tree.read(handle, at: 0, size: 1 << 20)?.get() ?? []
        #expect(!first.isEmpty)
        try tree.write("contexts/c/restart", "1")
        guard case .failure(let code)? = tree.read(handle, at: first.count) else {
            Issue.record("the reader was not told")
            return
        }
        #expect(code == .staleNFSFileHandle)
        #expect(try tree.read(handle, at: 0)?.get() == [], "from the start it is a new pass")
    }

    @Test func pipeWaitsAndSeesEverySampleOnce() throws {
        let tree = try SamplingTree()
        try tree.sample()
        let handle = try tree.open("contexts/c/smpl/samples_pipe")
        #expect(tree.read(handle) == nil)
        tree.pass(2000)
        let first = try #require(try tree.read(handle)?.get())
        #expect(first.split(separator: UInt8(ascii: "\n")).count == 2)
        // A restart drops what is stored; the reader has it already.
        tree.pass(3000)
        try tree.write("contexts/c/restart", "1")
        let second = try #require(try tree.read(handle, at: first.count)?.get())
        #expect(second.split(separator: UInt8(ascii: "\n")).count == 3)
        let end = first.count + second.count
        #expect(tree.read(handle, at: end) == nil)
        tree.pass(1000)
        let third = try #require(try tree.read(handle, at: end)?.get())
        #expect(String(decoding: third, as: UTF8.self).hasPrefix("time=6000 "))
        tree.threads.end(7)
        tree.pass(1)
        #expect(try tree.read(handle, at: end + third.count)?.get() == [])
    }

    @Test func aWaitingReaderIsAnsweredWhenSamplesCome() throws {
        let tree = try SamplingTree()
        try tree.sample()
        let handle = try tree.open("contexts/c/smpl/samples_pipe")
        let recorder = ReplyRecorder()
        handle.read(ReadRequest(recorder: recorder))
        #expect(recorder.result == nil)
        #expect(handle.poll(PollWaker(recorder: recorder)) == [])
        tree.pass(1000)
        #expect(recorder.text?.hasPrefix("time=1000 ") ?? false)
        #expect(recorder.wakes == 1)
    }

    @Test func removalEndsEveryOpenFile() throws {
        let tree = try SamplingTree()
        try tree.sample()
        tree.pass(1000)
        let pipe = try tree.open("contexts/c/smpl/samples_pipe")
        let entries = try tree.open("contexts/c/smpl/entries")
        let buffer = try tree.open("contexts/c/smpl/buffer")
        let recorder = ReplyRecorder()
        let read = try #require(try tree.read(pipe)?.get()).count
        pipe.read(ReadRequest(offset: read, recorder: recorder))
        let context = try #require(tree.engine.context("c"))
        tree.engine.removeContext(context)
        #expect(recorder.text == "")
        guard case .failure(.removed)? = tree.read(entries, at: 0) else {
            Issue.record("a removed file can be read")
            return
        }
        // Pages of a mapping can still be had; read(2) is refused before it gets here.
        #expect(try tree.read(buffer, at: 0, size: 1)?.get() == [1])
        #expect(tree.engine.bufferMemoryInUse > 0)
        for handle in [pipe, entries, buffer] { handle.release() }
        #expect(tree.engine.bufferMemoryInUse == 0)
    }

    @Test func addressesAreForTheOwnerAlone() throws {
        let tree = try SamplingTree()
        try tree.sample()
        for name in tree.names("contexts/c/smpl") {
            let mode = try tree.file("contexts/c/smpl/\(name)").ownership().mode
            let isPlain = ["buf_size", "hdr", "taken", "lost", "dropped_when_masked", "throttled"]
                .contains(name)
            #expect(mode == (isPlain ? 0o444 : 0o400), "\(name)")
        }
    }

    @Test func viewsFollowTheFormat() throws {
        let tree = try SamplingTree()
        try tree.write("contexts/c/smpl_fmt", "text")
        #expect(tree.names("contexts/c/smpl").contains("samples_pipe"))
        #expect(!tree.names("contexts/c/smpl").contains("perf.data"))
        try tree.write("contexts/c/smpl_fmt", "counts_by_ip")
        #expect(!tree.names("contexts/c/smpl").contains("samples_pipe"))
        #expect(!tree.names("contexts/c/smpl").contains("perf.data_pipe"))
        #expect(tree.names("contexts/c/smpl").contains("perf.data"))
    }
}
