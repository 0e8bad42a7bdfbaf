import CLinux
import Glibc
import LinuxSupport
import PerfmonModel
import Testing

@testable import PerfmonEngine

/// What /proc says of processes.
@Suite struct ProcessMapsTests {
    @Test func pathsMayHoldAnything() {
        let text = """
            55d0c0000000-55d0c0001000 r-xp 00001000 fe:00 16253388                   /tmp/with blanks  in it
            55d0c0001000-55d0c0002000 r--p 00002000 fe:00 16253388                   /tmp/not code
            55d0c0003000-55d0c0004000 r-xp 00000000 00:01 7                          /memfd:x (deleted)
            55d0c0005000-55d0c0006000 rwxs 00000000 00:00 0\u{20}
            7fff00000000-7fff00001000 r-xp 00000000 00:00 0                          [vdso]
            nonsense
            7fff00000000-7fff00001000 r-xp

            """
        let code = ProcessMaps.parse(Array(text.utf8), pid: 9)
        #expect(
            code.map(\.file.path) == [
                "/tmp/with blanks  in it", "/memfd:x (deleted)", "//anon", "[vdso]",
            ]
        )
        #expect(code[0].file.inode == 16_253_388 && code[0].file.major == 0xfe)
        #expect(code[0].offset == 0x1000 && code[0].length == 0x1000)
        #expect(code[2].flags == UInt32(MAP_SHARED) && code[2].protection == 7)
        #expect(code.allSatisfy { $0.pid == 9 })
    }

    @Test func bytesThatAreNotTextStayWhatTheyAre() {
        let line = Array("1000-2000 r-xp 0 0:1 5 /a".utf8) + [0xff, 0x80]
        let code = ProcessMaps.parse(line, pid: 1)
        #expect(code.first?.file.path.bytes == [0x2f, 0x61, 0xff, 0x80])
    }

    @Test func ownersAreEffectiveUsers() {
        let status = """
            Name:\tUid:\t5
            Tgid:\t40
            Uid:\t1\t2\t3\t4
            NStgid:\t40\t7\t1

            """
        let found = ProcessMaps.found(in: ThreadStatus(status), mountNamespace: 3)
        #expect(found == FoundProcess(pid: 40, uid: 2, innermostID: 1, mountNamespace: 3))
        #expect(ProcessMaps.found(in: ThreadStatus("Tgid:\t40\n"), mountNamespace: 0) == nil)
    }

    @Test func thisProcessIsFound() throws {
        let found = try #require(ProcessMaps.find(getpid()))
        #expect(found.pid == getpid() && found.uid == geteuid() && found.mountNamespace > 0)
        let code = ProcessMaps.code(of: getpid(), in: getpid())
        #expect(code.contains { $0.file.path == "[vdso]" })
        #expect(ProcessMaps.find(0) == nil)
    }

    @Test func newlinesBelongToNames() throws {
        let old = try #require(ProcessMaps.name(of: clinux_gettid(), in: getpid()))
        defer { clinux_set_thread_name("\(old)") }
        clinux_set_thread_name("a\nb\n")
        #expect(ProcessMaps.name(of: clinux_gettid(), in: getpid()) == "a\nb\n")
    }
}
