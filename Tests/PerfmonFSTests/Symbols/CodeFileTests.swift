import CLinux
import Glibc
@testable import LinuxSupport
@testable import PerfmonFS
@testable import PerfmonModel
@testable import PrivilegeSupport
import Testing

/// Which files are taken for those that were mapped.
@Suite struct CodeFileTests {
    private func file(_ path: ByteString, buildID: [UInt8] = []) -> CodeFile {
        CodeFile(MappedFile(path: path, inode: 1, buildID: buildID))
    }

    private func paths(_ file: CodeFile) -> [String] {
        file.paths.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func pathsAreTakenAsTheyAreFirst() {
        #expect(paths(file("/a/b c")) == ["/a/b c"])
        #expect(paths(file("/a\\012b")) == ["/a\\012b", "/a\nb"])
        #expect(paths(file("/a\\b")) == ["/a\\b"])
        #expect(paths(file("/a (deleted)")) == ["/a (deleted)"])
        #expect(paths(file("/a (deleted)", buildID: [1])) == ["/a (deleted)", "/a"])
        for path: ByteString in [
            "//anon", "[vdso]", "", "/memfd:x (deleted)", "/dev/zero (deleted)",
        ] {
            #expect(file(path).paths.isEmpty)
        }
        #expect(file("/memfd:x (deleted)").isFile)
        #expect(!file("//anon").isFile && !file("[heap]").isFile)
    }

    @Test func namesAreInBracketsOnce() {
        #expect(file("/usr/lib/libc.so.6").bracketed == "[libc.so.6]")
        #expect(file("[vdso]").bracketed == "[vdso]")
        #expect(file("/tmp/[odd").bracketed == "[[odd]")
        #expect(file("//anon").bracketed == "[anon]")
    }

    @Test func aFileIsTheOneOfMappingsSinceItWasChanged() {
        let second: Int64 = 1_000_000_000
        let belief = CodeBelief.since(100 * second + 1)
        // The wall clock is 40 seconds ahead.
        #expect(belief.covers(UInt64(61 * second), clockOffset: 40 * second))
        #expect(!belief.covers(UInt64(60 * second), clockOffset: 40 * second))
        #expect(!belief.covers(UInt64(59 * second), clockOffset: 40 * second))
        // Only whole seconds are known.
        let coarse = CodeBelief.since(100 * second)
        #expect(!coarse.covers(UInt64(61 * second), clockOffset: 40 * second))
        #expect(coarse.covers(UInt64(62 * second), clockOffset: 40 * second))
        #expect(CodeBelief.always.covers(0, clockOffset: 0))
        #expect(!CodeBelief.since(.max).covers(.max, clockOffset: .min))
    }

    @Test func anotherInodeDeviceOrGenerationIsAnotherFile() throws {
        var path = Array("/tmp/pfmfs-file-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        unlink(path)
        var status = clinux_file()
        try #require(clinux_fstat(descriptor, &status) == 0)
        var generation: UInt32 = 0
        let hasGeneration = clinux_generation(descriptor, &generation) == 0
        let identity = FileIdentity(of: descriptor, status, below: "")
        func mapped(_ inode: UInt64, _ minor: UInt32, _ number: UInt64?) -> MappedFile {
            MappedFile(
                path: "/x",
                major: status.major,
                minor: minor,
                inode: inode,
                generation: number
            )
        }
        let right = hasGeneration ? UInt64(generation) : nil
        #expect(identity.is(mapped(status.inode, status.minor, right)))
        #expect(identity.is(mapped(status.inode, status.minor, nil)))
        #expect(!identity.is(mapped(status.inode + 1, status.minor, right)))
        #expect(!identity.is(mapped(0, status.minor, right)))
        if clinux_is_overlay(descriptor) == 0 {
            #expect(!identity.is(mapped(status.inode, status.minor + 77, right)))
        }
        if hasGeneration {
            #expect(!identity.is(mapped(status.inode, status.minor, UInt64(generation) + 1)))
        }
    }

    /// Every process of this namespace is found in it, this one included.
    @Test func neighboursAreThoseOfTheSameNamespace() throws {
        let client = Client(uid: geteuid(), gid: getegid(), tid: getpid())
        let neighbours = Neighbours(ClientFiles(client))
        var status = clinux_file()
        try #require(clinux_stat("/proc/self/ns/mnt", &status) == 0)
        let found = neighbours.inhabitants(of: status.inode)
        #expect(!found.isEmpty)
        for pid in found {
            var other = clinux_file()
            #expect(
                clinux_stat("/proc/\(pid)/ns/mnt", &other) != 0 || other.inode == status.inode
            )
        }
        #expect(neighbours.inhabitants(of: 0).isEmpty)
    }
}
