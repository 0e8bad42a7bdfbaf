@testable import FuseKit
import Glibc
@testable import PerfmonFS
import Testing

/// Reads of pages of files that are read directly, as Linux makes them for sendfile(2).
@Suite(.timeLimit(.minutes(1))) struct PageTests {
    let workshop = Workshop()
    let mount: WireMount

    init() throws {
        let workshop = workshop
        // The workshop belongs to the mount from here on.
        nonisolated(unsafe) let content = workshop.content()
        mount = try WireMount(content)
    }

    /// Kinds of the notifications that came before the answer to the last request.
    private func notifications() throws -> [Int32] {
        var kinds: [Int32] = []
        while let message = try mount.receive(within: 0) {
            #expect(message.unique == 0)
            kinds.append(message.code)
        }
        return kinds
    }

    private static let invalidation: Int32 = 2
    private static let store: Int32 = 4

    @Test func givesATextToOneWhoIsAlone() throws {
        let node = try mount.node("value")
        let handle = try mount.handle(node)
        #expect(try mount.read(node, handle, forPage: true).text == "7\n")
        // The kernel ends the file with the page, and must not show that size to others.
        try mount.release(node, handle)
        #expect(try notifications() == [Self.invalidation])
        // Nor may the next reader find the file so short.
        let next = try mount.handle(node)
        #expect(try notifications() == [Self.store])
        #expect(try mount.read(node, next, forPage: true).text == "7\n")
        try mount.release(node, next)
    }

    @Test func tellsOfAWriteBeforeItIsAnswered() throws {
        let node = try mount.node("value")
        let handle = try mount.handle(node, flags: UInt32(O_RDWR))
        #expect(try mount.write(node, handle, Array("8\n".utf8)).code == 0)
        #expect(try notifications().isEmpty)
        #expect(try mount.read(node, handle, forPage: true).text == "8\n")
        #expect(try mount.write(node, handle, Array("123\n".utf8)).code == 0)
        #expect(try notifications() == [Self.invalidation, Self.store])
        #expect(try mount.read(node, handle, forPage: true).text == "123\n")
        try mount.release(node, handle)
    }

    @Test func refusesWhileAnotherThreadMayWrite() throws {
        let node = try mount.node("value")
        let handle = try mount.handle(node)
        mount.thread = 1
        let writer = try mount.handle(node, flags: UInt32(O_WRONLY))
        mount.thread = UInt32(getpid())
        #expect(try mount.read(node, handle, forPage: true).code == -EINVAL)
        #expect(try mount.read(node, handle).text == "7\n")
        mount.thread = 1
        try mount.release(node, writer)
        mount.thread = UInt32(getpid())
        // The kernel asks again for what was refused, and is told the same whoever is gone.
        #expect(try mount.read(node, handle, forPage: true).code == -EINVAL)
        let next = try mount.handle(node)
        #expect(try mount.read(node, next, forPage: true).text == "7\n")
        try mount.release(node, next)
        try mount.release(node, handle)
    }

    /// Thread 1 is alive, and nothing tells whether it has looked at the answer.
    @Test func refusesWhileNewsOfTheFileIsUnderWay() throws {
        let node = try mount.node("value")
        let handle = try mount.handle(node)
        mount.thread = 1
        #expect(try mount.getattr(node).code == 0)
        mount.thread = UInt32(getpid())
        #expect(try mount.read(node, handle, forPage: true).code == -EINVAL)
        try mount.release(node, handle)
        let next = try mount.handle(node)
        mount.thread = 1
        #expect(try mount.getattr(node).code == 0)
        #expect(try mount.lookup("version").code == 0)
        mount.thread = UInt32(getpid())
        #expect(try mount.read(node, next, forPage: true).text == "7\n")
        try mount.release(node, next)
    }

    /// A client that waits for a page cannot be interrupted.
    @Test func neverWaits() throws {
        let node = try mount.node("log")
        let handle = try mount.handle(node)
        #expect(try mount.read(node, handle, forPage: true).code == -EINVAL)
        try mount.release(node, handle)
    }

    @Test func coversAListing() throws {
        let node = try mount.node("list")
        let handle = try mount.handle(node)
        let text = try mount.read(node, handle, size: 1 << 16).text
        let page = try mount.read(node, handle, size: 1 << 16, forPage: true)
        #expect(page.text == text)
        try mount.release(node, handle)
    }
}
