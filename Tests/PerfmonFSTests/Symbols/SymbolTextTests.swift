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
                base: "_stext", base + 0x20: "helper", base + 0x30: "helper",
                base + 0x40: "weak_one", 0xffff_ffff_c000_0004: "module_function",
            ]
        )
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

    @Test func perfMapsThatOverlapWithoutEndAreGivenUp() {
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
        #expect(
            PerfMapFile(pid: getpid(), with: ownFiles)?.names(of: [0x1004]) == [0x1004: "jitted"]
        )
        if geteuid() == 0 {
            fchown(file, 65534, 65534)
            #expect(PerfMapFile(pid: getpid(), with: ownFiles) == nil)
        }
        close(file)
        unlink(path)
        #expect(symlink("/etc/passwd", path) == 0)
        #expect(PerfMapFile(pid: getpid(), with: ownFiles) == nil)
    }
}
