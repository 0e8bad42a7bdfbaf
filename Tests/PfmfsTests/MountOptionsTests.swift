@testable import FuseKit
import Glibc
import Logging
import PerfmonEngine
import PerfmonModel
import SystemPackage
import Testing

@testable import PfmfsOptions
@testable import pfmfs

@Suite struct MountOptionsTests {
    private func refusal(_ arguments: [String]) -> String? {
        do throws(PfmError) {
            _ = try MountOptions(parsing: arguments)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        ["/m"], ["/m", "-o", "rw,dev,suid"], ["none", "/m", "-o", "rw,dev,suid"],
        ["-o", "rw", "/m"], ["-orw,suid", "/m"], ["-o", "rw", "none", "-o", "dev", "/m"],
        ["--", "/m"], ["source", "/m"], ["-s", "/m"],
    ])
    func findsTheMountpoint(_ arguments: [String]) throws {
        let options = try MountOptions(parsing: arguments)
        #expect(options.mountPoint == "/m")
        #expect(options.action == .mount)
        #expect(!options.isForeground)
    }

    @Test func takesEveryOptionOfItsOwn() throws {
        let list =
            "backend=simulated,simulated_clock=manual,contexts_mode=0755,clone_mode=600,"
            + "hide_contexts,mixed_sessions,strict=perfmon2,max_contexts=10,max_sets=3,"
            + "buffer_mem_max=2M,tick=10ms,log=debug"
        let options = try MountOptions(parsing: ["/m", "-f", "-o", list])
        var expected = MountOptions()
        expected.mountPoint = "/m"
        expected.isForeground = true
        expected.backend = "simulated"
        expected.simulatedClock = .manual
        expected.contextsMode = 0o755
        expected.cloneMode = 0o600
        expected.hidesContexts = true
        expected.mixesSessions = true
        expected.isStrict = true
        expected.limits.contexts.total = 10
        expected.maxSets = 3
        expected.bufferMemoryMax = 2 << 20
        expected.tick = 10_000_000
        expected.logLevel = .debug
        #expect(options == expected)
    }

    @Test(arguments: [
        ("4096", 4096), ("64K", 65536), ("1M", 1 << 20), ("2G", 2 << 30), ("max", UInt64.max),
    ])
    func readsSizes(_ text: String, _ expected: UInt64) throws {
        #expect(
            try MountOptions(parsing: ["/m", "-o", "buffer_mem_max=\(text)"]).bufferMemoryMax
                == expected
        )
    }

    @Test(arguments: [
        ("1000", 1000), ("5ns", 5), ("500us", 500_000), ("4ms", 4_000_000), ("1s", 1_000_000_000),
    ])
    func readsTimes(_ text: String, _ expected: UInt64) throws {
        #expect(try MountOptions(parsing: ["/m", "-o", "tick=\(text)"]).tick == expected)
    }

    @Test func handsOnWhatTheSystemKnows() throws {
        let options = try MountOptions(
            parsing: ["none", "/m", "-o", "ro,noexec,max_read=65536,nofail,x-systemd.automount"])
        #expect(options.systemOptions == ["ro", "noexec", "max_read=65536"])
        let session = options.sessionOptions(mayAllowOthers: true)
        for option in [
            "fsname=pfmfs", "subtype=pfmfs", "auto_unmount", "default_permissions", "allow_other",
            "ro", "noexec", "max_read=65536",
        ] {
            #expect(session.contains(option))
        }
        #expect(!options.sessionOptions(mayAllowOthers: false).contains("allow_other"))
    }

    @Test func doesNotMixThePermissionsForOthers() throws {
        let options = try MountOptions(parsing: ["/m", "-o", "allow_root"])
        let session = options.sessionOptions(mayAllowOthers: true)
        #expect(session.contains("allow_root"))
        #expect(!session.contains("allow_other"))
        let twice = try MountOptions(parsing: ["/m", "-o", "allow_other,allow_other"])
        #expect(
            twice.sessionOptions(mayAllowOthers: true).filter { $0 == "allow_other" }.count == 1
        )
    }

    @Test(arguments: [
        (["/m", "-o", "bakend=perf"], "'bakend'; did you mean 'backend'?"),
        (["/m", "-o", "hide_context"], "did you mean 'hide_contexts'?"),
        (["/m", "-o", "foo"], "unknown mount option 'foo'; see pfmfs --help"),
        (["/m", "-o", "qqqqqqqq"], "unknown mount option 'qqqqqqqq'"),
        (["/m", "-x"], "unknown option '-x'"),
        (["/m", "--frobnicate"], "unknown option '--frobnicate'"),
        (["/m", "-o", "backend=fast"], "'backend': 'fast' is not auto, perf, msr, simulated"),
        (["/m", "-o", "backend"], "'backend' needs a value"),
        (["/m", "-o", "backend="], "'backend' needs a value"),
        (["/m", "-o", "mixed_sessions=yes"], "takes no value"),
        (["/m", "-o", "contexts_mode=0999"], "'0999' is not an octal mode"),
        (["/m", "-o", "contexts_mode=4755"], "is not an octal mode within 1777"),
        (["/m", "-o", "contexts_mode=+755"], "is not an octal mode"),
        (["/m", "-o", "max_contexts=0"], "is not a number from 1"),
        (["/m", "-o", "max_contexts=-5"], "is not a number from 1"),
        (["/m", "-o", "max_contexts=99999999999999999999"], "is not a number from 1"),
        (["/m", "-o", "buffer_mem_max=99999999999G"], "is not bytes"),
        (["/m", "-o", "tick=1h"], "is not a time"), (["/m", "-o", "tick=0"], "is not a time"),
        (["/m", "-o", "tick=ms"], "is not a time"),
        (["/m", "-o", "strict=linux"], "is not perfmon2"),
        (["/m", "-o", "log=loud"], "'loud' is not trace, debug"),
        (["/m", "-o"], "missing argument"), ([], "no mountpoint"), (["-f"], "no mountpoint"),
        (["a", "b", "c"], "'c' is one operand too many"),
    ])
    func refusesByName(_ arguments: [String], _ expected: String) throws {
        FuseLog.shared.attach()
        let sentence = try #require(refusal(arguments))
        #expect(sentence.contains(expected))
        #expect(!sentence.contains("\n"))
    }

    @Test func knowsHelpAndVersionWithoutAMountpoint() throws {
        #expect(try MountOptions(parsing: ["-h"]).action == .showHelp)
        #expect(try MountOptions(parsing: ["--help"]).action == .showHelp)
        #expect(try MountOptions(parsing: ["-V"]).action == .showVersion)
        #expect(try MountOptions(parsing: ["--version", "/m"]).action == .showVersion)
        #expect(try MountOptions(parsing: ["-d", "/m"]).isForeground)
        #expect(try MountOptions(parsing: ["-o", "debug", "/m"]).isDebugging)
    }

    @Test func describesEveryOption() {
        for option in MountOption.all {
            #expect(MountOptions.help.contains("    \(option.name)"))
            #expect(!option.summary.isEmpty)
        }
        #expect(MountOptions.help.split(separator: "\n").allSatisfy { $0.utf8.count <= 100 })
    }

    @Test func escapesWhatWouldEndAnOption() {
        #expect(FuseOptions.escaped("fsname=a,b\\c") == "fsname=a\\,b\\\\c")
    }
}

@Suite struct MountTableTests {
    @Test func readsTheKernelsTable() throws {
        let table = "/tmp/pfmfs-mounts.\(getpid())"
        let text = """
            proc /proc proc rw,nosuid 0 0
            pfmfs /mnt/with\\040blank fuse.pfmfs rw,nosuid,nodev 0 0
            /dev/sda /mnt/with\\040blank ext4 rw 0 0
            broken
            """
        let file = try #require(fopen(table, "w"))
        fputs(text, file)
        fclose(file)
        defer { unlink(table) }
        #expect(MountTable.type(at: "/proc", in: table) == "proc")
        #expect(MountTable.type(at: "/mnt/with blank", in: table) == "ext4")
        #expect(MountTable.type(at: "/mnt", in: table) == nil)
    }

    @Test func findsTheRoot() {
        #expect(MountTable.type(at: "/proc") == "proc")
        #expect(MountTable.type(at: "/proc/no/such/mount") == nil)
    }
}
