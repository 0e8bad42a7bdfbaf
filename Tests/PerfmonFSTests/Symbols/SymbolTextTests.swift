@testable import FuseKit
import Glibc
@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
@testable import PrivilegeSupport
import Testing

/// Symbols that are written as text: the kernel's, and those of just-in-time compilers.
@Suite struct SymbolTextTests {
    private let ownFiles = ClientFiles(Client(uid: geteuid(), gid: getegid(), tid: getpid()))

    @Test func kernelFunctionsReachToTheNext() {
        let base: UInt64 = 0xffff_ffff_8100_0000
        var scan = KernelSymbolScan([
            0x10, base, base + 0x20, base + 0x30, base + 0x40, base + 0x80_0000,
            0xffff_ffff_c000_0004,
        ])
        let lines = """
            0000000000000000 A fixed_percpu_data
            ffffffff81000000 T _stext
            ffffffff81000000 T _text
            ffffffff81000020 t helper
            ffffffff81000028 d some_data
            ffffffff81000040 W weak_one
            short
            ffffffff8100004z t broken
            ffffffffc0000000 t module_function\t[mod]

            """
        let bytes = Array(lines.utf8)
        scan.take(bytes[...])
        #expect(
            scan.names == [
                base: "_text", base + 0x20: "helper", base + 0x30: "helper",
                base + 0x40: "weak_one", 0xffff_ffff_c000_0004: "module_function",
            ]
        )
    }

    @Test func aKernelThatBeginsWithSymbolsAtZeroIsNotTakenForASecretOne() throws {
        let zero = String(repeating: "0", count: 16)
        let zeros = String(repeating: "\(zero) A cpu_data\n", count: 5000)
        #expect(!KernelLines.hasAddress(Array(zeros.utf8)))
        #expect(KernelLines.hasAddress(Array("\(zeros)ffffffff81000000 T _text\n".utf8)))
        let file = try #require(temporaryFile(zeros + "ffffffff81000000 T _text\nrest"))
        defer { close(file) }
        lseek(file, 0, SEEK_SET)
        var lines = KernelLines(file)
        var pieces = 0
        var count = 0
        var isKnown = false
        while let piece = lines.next() {
            pieces += 1
            count += piece.split(separator: UInt8(ascii: "\n")).count
            isKnown = KernelLines.hasAddress(piece)
        }
        #expect(isKnown && pieces > 1 && count == 5001)
    }

    @Test func theGlobalNameAndThenTheLast() {
        let base: UInt64 = 0xffff_ffff_8100_0000
        var scan = KernelSymbolScan([base, base + 0x10, base + 0x20])
        let lines = """
            ffffffff81000000 T memset
            ffffffff81000000 T __pi_memset
            ffffffff81000010 T down
            ffffffff81000010 t up
            ffffffff81000020 W alloc
            ffffffff81000020 t alloc_local

            """
        let bytes = Array(lines.utf8)
        scan.take(bytes[...])
        #expect(scan.names == [base: "__pi_memset", base + 0x10: "down", base + 0x20: "alloc"])
    }

    @Test func theRunningKernelNamesItsOwnFunctions() throws {
        let lines = BoundedFile.text("/proc/kallsyms", limit: 1 << 16).split(separator: "\n")
        let words = lines.map { $0.split { $0 == " " || $0 == "\t" } }
        let functions = words.filter { $0.count == 3 && ($0[1] == "T" || $0[1] == "t") }
        let function = try #require(functions.last)
        let address = try #require(UInt64(function[0], radix: 16))
        let found = KernelSymbols.names(of: [address], with: ownFiles)
        // Where the kernel hides its addresses all of them are 0, and nothing may be named.
        #expect((found[address] != nil) == (address != 0))
    }

    @Test func perfMapsNameWhatWasWrittenLast() {
        let text = """
            1000 100 first function
            0x1040 40 second
            nonsense
            2000 zz broken
            2000 10 third
            3000 ffffffffffffffff wide

            """
        let map = PerfMapFile(lines: Array(text.utf8))
        #expect(
            map.names(of: [0xfff, 0x1000, 0x1040, 0x107f, 0x1080, 0x1100, 0x2000, 0x2010, 0x4000])
                == [
                    0x1000: "first function", 0x1040: "second", 0x107f: "second",
                    0x1080: "first function", 0x2000: "third", 0x4000: "wide",
                ]
        )
    }

    @Test func perfMapsAreReadFromTheirEnd() {
        // More than is read at once; the newest line names what an old one named before.
        var text = "1000 10 old\n5000 10 oldest\n"
        for index in 0..<60_000 {
            text += "\(String(0x10_0000 + index * 16, radix: 16)) 10 f\(index)\n"
        }
        text += "1000 10 new\n"
        let map = PerfMapFile(lines: Array(text.utf8))
        #expect(
            map.names(of: [0x1004, 0x5000, 0x10_0000, 0x10_0000 + 59_999 * 16 + 15])
                == [
                    0x1004: "new", 0x5000: "oldest", 0x10_0000: "f0",
                    0x10_0000 + 59_999 * 16 + 15: "f59999",
                ]
        )
        #expect(map.names(of: []).isEmpty)
    }

    @Test func everyPlaceWhereAPieceCanEndIsRead() throws {
        // Lines of every length around the end of a piece, in a file that is still written.
        let piece = 1 << 20
        for shift in 0..<40 {
            let filler = String(repeating: "9000 1 x\n", count: (piece - 100) / 9)
            let pad = "8000 1 " + String(repeating: "p", count: shift + 1) + "\n"
            let text = "1000 10 first name\n" + pad + filler + "2000 10 whole\n3000 10 cut of"
            let file = try #require(temporaryFile(text))
            let map = PerfMapFile(
                takingOver: file,
                size: UInt64(text.utf8.count),
                isGrowing: true
            )
            #expect(
                map.names(of: [0x1000, 0x2000, 0x3000]) == [0x1000: "first name", 0x2000: "whole"]
            )
            map.close()
        }
    }

    private func temporaryFile(_ text: String) -> Int32? {
        var path = Array("/tmp/pfmfs-map-XXXXXX".utf8CString)
        let file = mkstemp(&path)
        guard file >= 0 else { return nil }
        unlink(path)
        return write(file, text, text.utf8.count) == text.utf8.count ? file : nil
    }

    @Test func perfMapsThatOverlapWithoutEndAreRead() {
        let line = Array("0 ffffffffffffffff all\n".utf8)
        let map = PerfMapFile(lines: Array(repeatElement(line, count: 100_000).joined()))
        let addresses = (0..<10_000).map { UInt64($0) }
        #expect(map.names(of: addresses).count == 10_000)
    }

    @Test func onlyMapsOfTheProcessesUserAreBelieved() throws {
        let path = "/tmp/perf-\(getpid()).map"
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o644)
        try #require(file >= 0)
        defer { unlink(path) }
        let text = "1000 10 jitted\n"
        #expect(write(file, text, text.utf8.count) == text.utf8.count)
        let finder = PerfMapFinder(ownFiles, Neighbours(ownFiles))
        let space = ProcessReplay.Space(pid: getpid())
        for isLiving in [true, false] {
            // Of a process that has ended nobody tells what user it had.
            let map = finder.find(of: space, isLiving: isLiving)
            #expect((map != nil) == (isLiving || geteuid() == 0))
            if let map { #expect(map.names(of: [0x1004]) == [0x1004: "jitted"]) }
            map?.close()
        }
        if geteuid() == 0 {
            fchown(file, 65534, 65534)
            #expect(finder.find(of: space, isLiving: true) == nil)
            #expect(finder.find(of: space, isLiving: false) == nil)
            var replay = ProcessReplay([
                .init(
                    time: 0,
                    record: .found(
                        FoundProcess(pid: 7, uid: 65534, innermostID: 7, mountNamespace: 0)
                    )
                ),
                .init(
                    time: 1,
                    record: .forked(
                        ForkedThread(pid: getpid(), parentPid: 7, tid: getpid(), parentTid: 7)
                    )
                ),
            ])
            replay.advance(to: 1)
            let child = replay.spaces[replay.space(of: getpid())]
            let map = try #require(finder.find(of: child, isLiving: false))
            map.close()
        }
        close(file)
        unlink(path)
        #expect(symlink("/etc/passwd", path) == 0)
        #expect(finder.find(of: space, isLiving: true) == nil)
    }
}
