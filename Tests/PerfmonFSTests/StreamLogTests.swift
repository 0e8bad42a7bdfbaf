@testable import FuseKit
@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
import SystemPackage
import Testing

/// A queue of records that several logs share.
private final class Queue: StreamSupply {
    var records: [String] = []

    var isEnded = false

    var hasMore: Bool { !records.isEmpty }

    func take(_ wanted: Int, into text: inout TextBuffer) {
        let start = text.count
        while let record = records.first, text.count == start || text.count - start < wanted {
            text.append(record)
            records.removeFirst()
        }
    }

    var closedAt: Int?

    func closed(readTo offset: Int) { closedAt = offset }
}

@Suite struct StreamLogTests {
    @Test func showsTextAtAbsoluteOffsets() {
        let log = StreamLog()
        let handle = log.open()
        log.append("first\nsecond\n")
        #expect(log.end == 13)
        #expect(handle.readText() == "first\nsecond\n")
        #expect(handle.readText(at: 6) == "second\n")
        #expect(handle.readText(at: 6, size: 3) == "sec")
        #expect(log.open().readText() == "first\nsecond\n")
    }

    @Test func tellsHowFarItWasRead() {
        let queue = Queue()
        queue.records = ["first\n", "second\n"]
        let handle = StreamLog(supply: queue).open()
        #expect(handle.readText(at: 0, size: 4) == "firs")
        #expect(handle.readText(at: 1, size: 2) == "ir")
        handle.release()
        #expect(queue.closedAt == 4)
    }

    @Test func waitsAtTheEnd() {
        let log = StreamLog()
        let handle = log.open()
        let first = handle.recordRead()
        let second = handle.recordRead()
        #expect(first.result == nil)
        #expect(log.waiters.hasReaders)
        log.append("now\n")
        #expect(first.text == "now\n")
        #expect(second.text == "now\n")
        #expect(!log.waiters.hasReaders)
        let third = handle.recordRead(at: 4)
        #expect(third.result == nil)
        log.append("later\n")
        #expect(third.text == "later\n")
    }

    @Test func waitsBehindTheEnd() {
        let log = StreamLog()
        let far = log.open().recordRead(at: 6)
        log.append("12345")
        #expect(far.result == nil)
        log.append("678")
        #expect(far.text == "78")
    }

    @Test func endsWhenClosed() {
        let log = StreamLog()
        let handle = log.open()
        log.append("last\n")
        let waiting = handle.recordRead(at: 5)
        log.close()
        #expect(waiting.text == "")
        #expect(handle.readText() == "last\n")
        #expect(handle.readText(at: 5) == "")
        #expect(handle.readText(at: Int.max) == "")
        log.append("too late")
        #expect(log.end == 5)
    }

    @Test func doesNotWaitWhenAskedNotTo() {
        let log = StreamLog()
        let handle = log.open()
        #expect(handle.recordRead(isNonBlocking: true).failure == .resourceTemporarilyUnavailable)
        #expect(!log.waiters.hasReaders)
        log.append("x")
        #expect(handle.recordRead(isNonBlocking: true).text == "x")
    }

    @Test func forgetsOldText() {
        let log = StreamLog(retaining: 100)
        let handle = log.open()
        for _ in 0..<50 {
            log.append("0123456789")
        }
        #expect(log.end == 500)
        #expect(log.start > 0 && log.start <= 400)
        #expect(handle.recordRead(at: 0).failure == .noData)
        #expect(handle.readText(at: 490) == "0123456789")
        #expect(
            handle.readText(at: log.start)
                == String(repeating: "0123456789", count: (500 - log.start) / 10)
        )
    }

    @Test func takesFromAQueueOnlyWhatIsRead() {
        let queue = Queue()
        let waiters = WaitQueue()
        let one = StreamLog(waiters: waiters, supply: queue).open()
        let two = StreamLog(waiters: waiters, supply: queue).open()
        queue.records = ["aa\n", "bb\n", "cc\n"]
        #expect(one.poll(nil) == .readable)
        #expect(queue.records.count == 3)
        #expect(one.readText(size: 4) == "aa\nb")
        #expect(one.readText(at: 3) == "bb\n")
        #expect(two.readText() == "cc\n")
        let waitingOne = one.recordRead(at: 6)
        let waitingTwo = two.recordRead(at: 3)
        queue.records = ["dd\n"]
        waiters.wake()
        #expect(waitingOne.text == "dd\n")
        #expect(waitingTwo.result == nil)
        queue.records = ["ee\n"]
        waiters.wake()
        #expect(waitingTwo.text == "ee\n")
    }

    @Test func wakesPolls() {
        let log = StreamLog()
        let handle = log.open()
        let old = ReplyRecorder()
        let new = ReplyRecorder()
        #expect(handle.poll(PollWaker(recorder: old)) == [])
        #expect(handle.poll(PollWaker(recorder: new)) == [])
        log.append("x")
        #expect(old.wakes == 0)
        #expect(new.wakes == 1)
        #expect(handle.poll(nil) == .readable)
        _ = handle.readText()
        #expect(handle.poll(nil) == [])
        log.append("y")
        #expect(new.wakes == 1)
        log.close()
        #expect(handle.poll(nil) == [.readable, .hangUp])
    }

    @Test func cannotBeWritten() {
        #expect(StreamLog().open().writeText("x") == .permissionDenied)
    }
}

@Suite struct WaitQueueTests {
    /// Answers only from the moment it is told to.
    private final class Gate: FileHandle {
        let queue = WaitQueue()
        var isOpen = false

        func read(_ request: consuming ReadRequest) {
            if isOpen {
                request.reply([1].span)
            } else {
                queue.park(request, for: self)
            }
        }

        func poll(_ waker: consuming PollWaker?) -> PollEvents {
            queue.notify(waker, for: self)
            return []
        }

        func release() {
            queue.forget(self)
        }
    }

    @Test func keepsThoseWhoMustWaitOn() {
        let gate = Gate()
        let recorders = (0..<100).map { _ in gate.recordRead() }
        gate.queue.wake()
        #expect(recorders.allSatisfy { $0.result == nil })
        gate.isOpen = true
        gate.queue.wake()
        #expect(recorders.allSatisfy { $0.text == "\u{1}" })
        #expect(gate.queue.wakes == 2)
    }

    @Test func answersAnInterruptOnce() {
        let gate = Gate()
        let kept = gate.recordRead()
        let recorder = ReplyRecorder()
        let request = ReadRequest(recorder: recorder)
        let id = request.id
        gate.read(request)
        gate.queue.fail(id, with: .interrupted)
        #expect(recorder.failure == .interrupted)
        gate.queue.fail(id, with: .interrupted)
        gate.isOpen = true
        gate.queue.wake()
        #expect(recorder.failure == .interrupted)
        #expect(kept.text == "\u{1}")
    }

    @Test func forgetsThePollsOfAClosedFile() {
        let gate = Gate()
        let recorder = ReplyRecorder()
        _ = gate.poll(PollWaker(recorder: recorder))
        gate.release()
        gate.queue.wake()
        #expect(recorder.wakes == 0)
    }

    @Test func answersARequestThatIsDropped() {
        let recorder = ReplyRecorder()
        do {
            _ = ReadRequest(recorder: recorder)
        }
        #expect(recorder.failure == .ioError)
    }
}
