import CFuse
@testable import FuseKit
import Glibc
import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
import Testing

/// Reads and polls that wait, with interrupts, over the protocol.
@Suite(.timeLimit(.minutes(1))) struct WaitingTests {
    let workshop = Workshop()
    let mount: WireMount

    init() throws {
        nonisolated(unsafe) let content = workshop.content()
        mount = try WireMount(content)
    }

    private func append(_ text: String) {
        mount.locked { workshop.log.append(text) }
    }

    @Test func answersOthersWhileReadsWait() throws {
        let node = try mount.node("log")
        let handle = try mount.handle(node)
        let waiting = try (0..<100).map { _ in try mount.sendRead(node, handle) }
        let value = try mount.node("value")
        #expect(try mount.read(value, mount.handle(value)).text == "7\n")
        append("all\n")
        for unique in waiting {
            #expect(try mount.answer(to: unique).text == "all\n")
        }
        #expect(mount.parkedCount == 0)
    }

    @Test func interruptsAWaitingRead() throws {
        let node = try mount.node("log")
        let handle = try mount.handle(node)
        let first = try mount.sendRead(node, handle)
        let second = try mount.sendRead(node, handle)
        try mount.interrupt(first)
        #expect(try mount.answer(to: first).code == -EINTR)
        append("x")
        #expect(try mount.answer(to: second).text == "x")
    }

    @Test func noticesAnInterruptThatComesFirst() throws {
        let node = try mount.node("log")
        let handle = try mount.handle(node)
        let unique: UInt64 = 1_000_000
        try mount.interrupt(unique)
        try mount.sendRead(node, handle, unique: unique)
        #expect(try mount.answer(to: unique).code == -EINTR)
    }

    @Test func doesNotWaitInNonBlockingMode() throws {
        let node = try mount.node("log")
        let handle = try mount.handle(node, flags: UInt32(O_NONBLOCK))
        #expect(try mount.read(node, handle, flags: UInt32(O_NONBLOCK)).code == -EAGAIN)
        append("x")
        #expect(try mount.read(node, handle, flags: UInt32(O_NONBLOCK)).text == "x")
    }

    @Test func wakesPolls() throws {
        let node = try mount.node("log")
        let handle = try mount.handle(node)
        let idle = try mount.poll(node, handle, wakeup: 55, schedule: true)
        #expect(idle.code == 0)
        #expect(idle.half(0) == 0)
        append("x")
        let message = try #require(try mount.receive())
        #expect(message.unique == 0)
        #expect(message.code == 1)  // FUSE_NOTIFY_POLL
        #expect(message.word(0) == 55)
        #expect(
            try mount.poll(node, handle, wakeup: 55, schedule: false).half(0)
                == PollEvents.readable.rawValue
        )
        // An edge-triggered poller asks while there is text and waits for the next.
        _ = try mount.poll(node, handle, wakeup: 56, schedule: true)
        append("z")
        #expect(try mount.receive()?.word(0) == 56)
        _ = try mount.poll(node, handle, wakeup: 57, schedule: true)
        #expect(try mount.release(node, handle).code == 0)
        append("y")
        #expect(try mount.receive(within: 100) == nil)
    }

    @Test func keepsServingAfterTheLogEnds() throws {
        let node = try mount.node("log")
        let handle = try mount.handle(node)
        let unique = try mount.sendRead(node, handle)
        mount.locked { workshop.log.close() }
        #expect(try mount.answer(to: unique).body.isEmpty)
        #expect(try mount.read(node, handle).body.isEmpty)
    }

    /// Text comes from one thread while reads and their interrupts come from another: each read is
    /// answered exactly once, with what follows the last, or with EINTR.
    @Test func survivesInterruptsAtAnyMoment() throws {
        let node = try mount.node("log")
        let handle = try mount.handle(node)
        let total = 1000
        let mount = mount
        nonisolated(unsafe) let log = workshop.log
        let writer = SystemThread("writer") {
            var number = 0
            while number < total {
                usleep(UInt32.random(in: 0..<200))
                // Never ahead of the reader, so that every read has to wait.
                mount.locked {
                    guard log.waiters.hasReaders else { return }
                    log.append(String(UnicodeScalar(UInt8(97 + number % 26))))
                    number += 1
                }
            }
        }
        var position = 0
        var interrupts = 0
        var unique: UInt64 = 2_000_000
        var random = SystemRandomNumberGenerator()
        while position < total {
            unique += 2
            let kind = Int.random(in: 0..<4, using: &random)
            if kind == 0 {
                try mount.interrupt(unique)
            }
            try mount.sendRead(node, handle, at: UInt64(position), size: 16, unique: unique)
            if kind == 1 {
                try mount.interrupt(unique)
            }
            let reply = try mount.answer(to: unique)
            if reply.code == -EINTR {
                interrupts += 1
            } else {
                #expect(reply.code == 0)
                for byte in reply.body {
                    #expect(byte == UInt8(97 + position % 26))
                    position += 1
                }
            }
        }
        writer.join()
        #expect(position == total)
        #expect(interrupts > 0)
        #expect(mount.parkedCount == 0)
        // Nothing was answered twice.
        while let message = try mount.receive(within: 100) {
            #expect(message.code == -EAGAIN, "an unmatched interrupt asks to be sent again")
        }
    }
}
