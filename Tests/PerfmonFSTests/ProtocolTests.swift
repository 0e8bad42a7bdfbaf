import CFuse
@testable import FuseKit
import Glibc
@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
import Testing

private let regularFile: UInt32 = 0o100000
private let directory: UInt32 = 0o40000

/// The FUSE protocol against the test tree, without a kernel.
@Suite(.timeLimit(.minutes(1))) struct ProtocolTests {
    let workshop = Workshop()
    let mount: WireMount

    init() throws {
        let workshop = workshop
        // The workshop belongs to the mount from here on; tests touch it through `locked` while
        // a request may run.
        nonisolated(unsafe) let content = workshop.content()
        mount = try WireMount(content)
    }

    @Test func looksUpAndForgets() throws {
        let first = try mount.lookup("value")
        #expect(first.code == 0)
        // Entry and attributes may be kept for an hour.
        #expect(first.word(16) == 3600)
        #expect(first.word(24) == 3600)
        let again = try mount.lookup("value")
        #expect(again.word(0) == first.word(0))
        #expect(try mount.lookup("nothing").code == -ENOENT)
        try mount.forget(first.word(0), 2)
        let later = try mount.lookup("value")
        #expect(later.code == 0)
        // The number that stat shows stays the same when the node is made anew.
        #expect(later.word(40) == first.word(40))
    }

    @Test func refusesNamesThatCannotBe() throws {
        let long = String(repeating: "n", count: 256)
        #expect(try mount.lookup(long).code == -ENAMETOOLONG)
        #expect(try mount.ask(1, 1, [0xff, 0xfe, 0]).code == -EINVAL)
        #expect(try mount.ask(9, 1, Wire.halves([0, 0]) + [0xc3, 0x28, 0]).code == -EINVAL)
    }

    @Test func readsAndWritesValues() throws {
        let node = try mount.node("value")
        let reply = try mount.open(node, flags: UInt32(O_RDWR))
        #expect(reply.half(8) == 1)  // FOPEN_DIRECT_IO
        let handle = reply.word(0)
        #expect(try mount.read(node, handle).text == "7\n")
        #expect(try mount.read(node, handle, at: 2).body.isEmpty)
        let written = try mount.write(node, handle, Array("99\n".utf8))
        #expect(written.code == 0)
        #expect(written.half(0) == 3)
        #expect(try mount.read(node, handle, at: 1).text == "\n")
        #expect(try mount.read(node, handle).text == "99\n")
        #expect(try mount.write(node, handle, Array("bad\n".utf8)).code == -EINVAL)
        #expect(try mount.write(node, handle, [0]).code == -EINVAL)
        #expect(
            try mount.write(node, handle, [UInt8](repeating: 0x31, count: 5000)).code == -E2BIG
        )
        #expect(try mount.release(node, handle).code == 0)
        #expect(try mount.open(mount.node("version"), flags: UInt32(O_WRONLY)).code == -EACCES)
        #expect(try mount.open(mount.node("inner")).code == -EISDIR)
    }

    @Test func showsAttributes() throws {
        let node = try mount.node("trigger")
        let reply = try mount.getattr(node)
        #expect(reply.word(0) == 3600)
        #expect(reply.word(16 + 8) == 4096)
        #expect(reply.half(16 + 60) == regularFile | 0o200)
        let list = try mount.getattr(mount.node("list"))
        #expect(list.word(0) == 0)
        #expect(list.word(16 + 8) == 4096)
        let root = try mount.getattr(1)
        #expect(root.half(16 + 60) == directory | 0o755)
    }

    @Test func changesOwners() throws {
        let mode: UInt32 = 1
        let uid: UInt32 = 2
        let node = try mount.node("value")
        let reply = try mount.setattr(
            node,
            fields: mode | uid,
            mode: regularFile | 0o600,
            uid: 44
        )
        #expect(reply.code == 0)
        #expect(reply.half(16 + 60) == regularFile | 0o600)
        #expect(reply.half(16 + 68) == 44)
        #expect(try mount.setattr(node, fields: mode, mode: 0o4755).code == -EPERM)
        #expect(try mount.setattr(mount.node("inner"), fields: mode, mode: 0o700).code == -EPERM)
        #expect(
            workshop.reports.map(\.kind) == [.changeOwner, .changeOwner, .changeOwner]
        )
    }

    @Test func forgetsTheAttributesOfFilesWhoseDirectoryChanged() throws {
        let node = try mount.node("value")
        #expect(try mount.setattr(1, fields: 2, uid: 9).code == 0)
        var told: [UInt64] = []
        while let message = try mount.receive(within: 200) {
            #expect(message.unique == 0)
            #expect(message.code == 2)  // FUSE_NOTIFY_INVAL_INODE
            told.append(message.word(0))
        }
        #expect(told.contains(node))
        #expect(try mount.getattr(node).half(16 + 68) == 9)
    }

    @Test func acceptsTruncationAndNoTimes() throws {
        let node = try mount.node("value")
        #expect(try mount.setattr(node, fields: 8).code == 0)
        #expect(try mount.setattr(node, fields: 8 | 32).code == 0)
        #expect(try mount.setattr(node, fields: 16 | 32).code == -EPERM)
        #expect(try mount.setattr(node, fields: 32 | 256).code == -EPERM)
        #expect(workshop.value == 7)
        #expect(workshop.reports.map(\.kind) == [.unsupported, .unsupported])
    }

    @Test func refusesWhatNoDirectoryAllows() throws {
        let unlink = try mount.ask(10, 1, Wire.name("value"))
        let rename = try mount.ask(
            12,
            1,
            Wire.words([1]) + Wire.name("value") + Wire.name("other")
        )
        let link = try mount.ask(
            13,
            1,
            Wire.words([mount.node("value")]) + Wire.name("other")
        )
        let symlink = try mount.ask(6, 1, Wire.name("other") + Wire.name("value"))
        let mknod = try mount.ask(8, 1, Wire.halves([0o100644, 0, 0, 0]) + Wire.name("new"))
        let create = try mount.ask(
            35,
            1,
            Wire.halves([0o101, 0o100644, 0, 0]) + Wire.name("new")
        )
        for reply in [unlink, rename, link, symlink, mknod, create] {
            #expect(reply.code == -EPERM)
        }
        #expect(workshop.reports.count == 6)
        #expect(workshop.reports.allSatisfy { $0.kind == .unsupported && $0.error != nil })
        #expect(try mount.ask(39, 1, Wire.words([0, 0, 0, 0])).code == -ENOTTY)
    }

    @Test func answersStatfs() throws {
        let reply = try mount.ask(17, 1, [])
        #expect(reply.code == 0)
        #expect(reply.half(44) == 255)
    }

    @Test(arguments: [false, true], [200, 700, 4096] as [UInt32])
    func listsDirectoriesInPieces(_ plus: Bool, _ size: UInt32) throws {
        mount.locked {
            for number in 0..<40 {
                workshop.things["thing\(number)"] = Workshop.Thing("thing\(number)", in: workshop)
            }
        }
        let node = try mount.node("inner")
        let names = try mount.names(node, size: size, plus: plus)
        #expect(names.prefix(2) == [".", ".."])
        #expect(Set(names.dropFirst(2)) == Set((0..<40).map { "thing\($0)" }))
        #expect(names.count == 42)
    }

    @Test func survivesSeeksInDirectories() throws {
        let handle = try mount.ask(27, 1, Wire.halves([0, 0])).word(0)
        for offset in [UInt64(1) << 62, UInt64.max, UInt64(Int64.max), 3] {
            let reply = try mount.ask(
                28,
                1,
                Wire.words([handle, offset]) + Wire.halves([4096, 0]) + Wire.words([0])
                    + Wire.halves([0, 0])
            )
            #expect(reply.code == 0)
            #expect(reply.body.isEmpty == (offset == 1 << 62 || offset == UInt64(Int64.max)))
        }
    }

    @Test func makesAndRemovesDirectories() throws {
        let inner = try mount.node("inner")
        let made = try mount.mkdir(inner, "a")
        #expect(made.code == 0)
        #expect(try mount.lookup("inner/a").word(0) == made.word(0))
        #expect(try mount.mkdir(inner, "a").code == -EEXIST)
        #expect(try mount.mkdir(inner, "forbidden").code == -EINVAL)
        #expect(try mount.mkdir(1, "a").code == -EPERM)
        let file = try mount.node("inner/a/name")
        let handle = try mount.handle(file, flags: UInt32(O_RDWR))
        #expect(try mount.read(file, handle).text == "a\n")
        #expect(try mount.rmdir(inner, "a").code == 0)
        #expect(try mount.rmdir(inner, "a").code == -ENOENT)
        #expect(try mount.read(file, handle).code == -ENODEV)
        #expect(try mount.write(file, handle, [0x31]).code == -ENODEV)
        #expect(try mount.ask(1, made.word(0), Wire.name("name")).code == -ENOENT)
        #expect(try mount.open(file).code == -ENODEV)
        // The old node is still known when the name comes back, and is not the new one.
        let again = try mount.mkdir(inner, "a")
        #expect(again.code == 0)
        #expect(again.word(0) != made.word(0))
        #expect(try mount.read(file, handle).code == -ENODEV)
        #expect(try mount.release(file, handle).code == 0)
        try mount.forget(made.word(0), 3)
        #expect(try mount.lookup("inner/a").word(0) == again.word(0))
    }

    @Test func tellsTheKernelOfWhatWentAway() throws {
        let services = mount.fileSystem.tree.withLock { $0.services }
        mount.locked { workshop.things["a"] = Workshop.Thing("a", in: workshop) }
        let inner = try mount.node("inner")
        _ = try mount.node("inner/a")
        mount.locked {
            workshop.drop("a")
            services.entryGone(in: ["inner"], name: "a")
            services.entryGone(in: ["inner"], name: "never looked up")
            services.entryGone(in: ["no", "such", "place"], name: "a")
        }
        let message = try #require(try mount.receive())
        #expect(message.code == 3)  // FUSE_NOTIFY_INVAL_ENTRY
        #expect(message.word(0) == inner)
        #expect(String(decoding: message.body.dropFirst(16), as: UTF8.self) == "a\0")
        #expect(try mount.receive(within: 100) == nil)
        #expect(try mount.lookup("inner/a").code == -ENOENT)
    }

    @Test func asksAgainForFilesThatComeAndGo() throws {
        #expect(try mount.lookup("extra").code == -ENOENT)
        mount.locked { workshop.hasExtra = true }
        let reply = try mount.lookup("extra")
        #expect(reply.code == 0)
        #expect(reply.word(16) == 0)
        mount.locked { workshop.hasExtra = false }
        #expect(try mount.lookup("extra").code == -ENOENT)
        mount.locked { workshop.hasExtra = true }
        #expect(try mount.lookup("extra").code == 0)
        try mount.forget(reply.word(0), 1)
    }

    @Test func showsAListingOfTheSizeItSaid() throws {
        mount.locked { workshop.listing = (0..<1000).map { "line \($0)" } }
        let node = try mount.node("list")
        let size = try mount.getattr(node, uid: 5).word(16 + 8)
        let handle = try mount.handle(node)
        let text = try mount.read(node, handle, size: 1 << 16).text
        #expect(size == UInt64((text.utf8.count + 4095) / 4096 * 4096))
        #expect(text.hasPrefix("line 0\n"))
    }
}
