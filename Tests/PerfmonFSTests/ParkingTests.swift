@testable import FuseKit
import Glibc
@testable import LinuxSupport
@testable import PerfmonFS
@testable import PerfmonModel
import SystemPackage
import Testing

/// Requests that have to find something out before they can be carried out, over the protocol.
@Suite(.timeLimit(.minutes(1))) struct ParkingTests {
    let tree = SlowTree()
    let mount: WireMount

    init() throws {
        nonisolated(unsafe) let content = tree.content
        mount = try WireMount(content)
    }

    private func sendWrite(_ node: UInt64, _ handle: UInt64, _ text: String) throws -> UInt64 {
        try mount.send(
            16,
            node,
            Wire.words([handle, 0]) + Wire.halves([UInt32(text.utf8.count), 0]) + Wire.words([0])
                + Wire.halves([1, 0]) + Array(text.utf8)
        )
    }

    /// Another client is answered while a request waits.
    private func expectOthersAreServed() throws {
        let node = try mount.node("plain")
        let handle = try mount.handle(node)
        #expect(try mount.read(node, handle).code == 0)
        _ = try mount.release(node, handle)
    }

    /// Sends a request that has to wait, sees that others need not, and lets it go on.
    private func parked(_ send: () throws -> UInt64) throws -> WireMount.Message {
        let unique = try send()
        tree.gate.awaitVisitor()
        #expect(mount.parkedCount == 1)
        try expectOthersAreServed()
        tree.gate.open()
        let reply = try mount.answer(to: unique)
        #expect(mount.parkedCount == 0)
        return reply
    }

    @Test func carriesAWriteOutWhenTheAnswerIsThere() throws {
        let node = try mount.node("asks")
        let handle = try mount.handle(node, flags: UInt32(O_RDWR))
        let reply = try parked { try sendWrite(node, handle, "one\nask two\nthree\n") }
        #expect(reply.code == 0)
        #expect(reply.half(0) == 18)
        mount.locked {
            #expect(tree.stored == ["one", "yes to ask two", "three"])
            #expect(tree.attempts == 2)
            #expect(tree.reports.map(\.line) == [1, 2, 3])
            #expect(tree.reports.allSatisfy { $0.error == nil })
        }
        // Neither the answer nor what was kept is left for the next request.
        #expect(try mount.write(node, handle, Array("ask two\n".utf8)).code == 0)
        mount.locked { #expect(tree.attempts == 4) }
        let plain = try mount.node("plain")
        #expect(try mount.read(plain, mount.handle(plain)).text == "2\n")
    }

    @Test func asksAnewForEachLine() throws {
        let node = try mount.node("asks")
        let handle = try mount.handle(node, flags: UInt32(O_RDWR))
        tree.gate.open()
        #expect(try mount.write(node, handle, Array("ask x\nask x\n".utf8)).code == 0)
        #expect(tree.gate.threads.count == 2)
    }

    @Test func readsWhatWasLookedUp() throws {
        let node = try mount.node("asks")
        let handle = try mount.handle(node)
        let reply = try parked { try mount.sendRead(node, handle) }
        #expect(reply.text == "yes to show\n")
    }

    @Test func rendersLongListingsOffTheLoop() throws {
        let node = try mount.node("long")
        let handle = try mount.handle(node)
        let reply = try parked { try mount.sendRead(node, handle, size: 9) }
        #expect(reply.text == "text of 0")
        #expect(tree.gate.threads == ["test-render"])
        // The size is that of the whole text, which the next stat may take from the same look.
        #expect(try mount.getattr(node).word(16 + 8) == 12288)
    }

    @Test func waitsForTheSizeOfALongListing() throws {
        let node = try mount.node("long")
        let reply = try parked { try mount.send(3, node, Wire.words([0, 0])) }
        #expect(reply.word(16 + 8) == 12288)
        #expect(tree.gate.threads == ["test-render"])
    }

    @Test func opensListsMakesAndRemovesLater() throws {
        let node = try mount.node("opens")
        let opened = try parked { try mount.send(14, node, Wire.halves([0, 0])) }
        #expect(opened.code == 0)
        #expect(try mount.read(node, opened.word(0)).text == "yes to open")
        #expect(try mount.names(1).contains("a"))
        #expect(try mount.names(1, plus: true).contains("b"))
        #expect(try mount.mkdir(1, "c").code == 0)
        #expect(try mount.rmdir(1, "a").code == 0)
        #expect(try mount.setattr(1, fields: 1, mode: 0o700).code == 0)
        mount.locked {
            #expect(tree.things == ["b", "c"])
            // Each was reported once, when it was done.
            #expect(
                tree.reports.map(\.kind) == [.makeDirectory, .removeDirectory, .changeOwner]
            )
        }
    }

    @Test func throwsLateAnswersAway() throws {
        mount.locked { tree.limit = 20_000_000 }
        let node = try mount.node("asks")
        let handle = try mount.handle(node, flags: UInt32(O_RDWR))
        #expect(try mount.write(node, handle, Array("one\nask\n".utf8)).code == -EAGAIN)
        #expect(mount.parkedCount == 0)
        mount.locked {
            #expect(tree.stored == ["one"])
            #expect(
                tree.reports.last?.error?.message
                    == "line 2: the question ask was not done in time"
            )
        }
        tree.gate.awaitVisitor()
        tree.gate.open()
        // The thread is free again when a later question is answered; nothing else comes.
        mount.locked { tree.limit = 60_000_000_000 }
        #expect(try mount.write(node, handle, Array("ask\n".utf8)).code == 0)
        mount.locked { #expect(tree.stored == ["one", "yes to ask"]) }
        #expect(try mount.receive(within: 100) == nil)
    }

    @Test func endsWithTheMount() throws {
        let node = try mount.node("asks")
        let handle = try mount.handle(node)
        let unique = try mount.sendRead(node, handle)
        tree.gate.awaitVisitor()
        mount.fileSystem.tree.withLock { $0.parking.requests.endAll() }
        #expect(try mount.answer(to: unique).code == -ENODEV)
        tree.gate.open()
    }

    @Test func tellsTheKernelBeforeItAnswers() throws {
        _ = try mount.node("a")
        let node = try mount.node("asks")
        let handle = try mount.handle(node, flags: UInt32(O_RDWR))
        for text in ["drop a\n", "drop b\nask\n"] {
            _ = try? mount.node("b")
            tree.gate.open()
            let unique = try sendWrite(node, handle, text)
            let first = try #require(try mount.receive())
            #expect(first.unique == 0)
            #expect(first.code == 3)  // FUSE_NOTIFY_INVAL_ENTRY
            #expect(try mount.receive()?.unique == unique)
        }
    }

    @Test func doesNotWaitForNamesThatTheKernelDoesNotKnow() throws {
        let node = try mount.node("asks")
        let handle = try mount.handle(node, flags: UInt32(O_RDWR))
        #expect(try mount.write(node, handle, Array("drop a\n".utf8)).code == 0)
        #expect(try mount.receive(within: 100) == nil)
    }
}

/// The list of those who wait.
@Suite struct ParkedRequestsTests {
    @Test func endsEachWaitOnce() {
        let requests = ParkedRequests()
        var ended: [String] = []
        let numbers = (0..<3).map { index in
            requests.park(for: index == 0 ? nil : UInt64(index) * 60_000_000_000) {
                ended.append("\(index) \($0.code)")
            }
        }
        requests.end(numbers[1], .interrupted)
        requests.end(numbers[1], .done)
        requests.forget(numbers[2])
        requests.endAll()
        requests.endAll()
        #expect(ended == ["1 \(Errno.interrupted)", "0 \(Errno.removed)"])
        #expect(requests.count == 0)
    }

    @Test func expiresInTheOrderOfTheLimits() {
        let requests = ParkedRequests()
        var ended: [Int] = []
        for limit in [3, 1, 2] {
            _ = requests.park(for: UInt64(limit) * 1_000_000) { _ in ended.append(limit) }
        }
        let later = requests.park(for: 60_000_000_000) { _ in ended.append(0) }
        var timer = pollfd(fd: requests.timer.raw, events: Int16(POLLIN), revents: 0)
        while ended.count < 3 {
            #expect(poll(&timer, 1, -1) == 1)
            requests.expire()
        }
        #expect(ended == [1, 2, 3])
        #expect(poll(&timer, 1, 0) == 0, "the next limit is far away")
        #expect(requests.contains(later))
    }

    @Test func keepsNoLimitsOfThoseWhoWereAnswered() {
        let requests = ParkedRequests()
        for _ in 0..<10_000 {
            requests.end(requests.park(for: 60_000_000_000) { _ in }, .done)
        }
        #expect(requests.count == 0)
        #expect(requests.limitCount < 1000)
    }
}
