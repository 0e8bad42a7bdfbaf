import Glibc
import LinuxSupport
import PerfmonModel
import Testing

@testable import PerfmonEngine

/// What is remembered of processes. Their numbers are beyond what a kernel gives out, so that
/// /proc never knows them.
@Suite struct ProcessHistoryTests {
    private let base: Int32 = 5_000_000

    private func code(_ pid: Int32, _ path: ByteString, at address: UInt64) -> MappedCode {
        MappedCode(
            pid: pid,
            tid: pid,
            address: address,
            length: 0x1000,
            offset: 0,
            file: MappedFile(path: path, inode: 1)
        )
    }

    private func name(_ pid: Int32, _ name: ByteString, isExec: Bool = false) -> NamedThread {
        NamedThread(pid: pid, tid: pid, name: name, isExec: isExec)
    }

    private func fork(_ pid: Int32, from parent: Int32) -> ForkedThread {
        ForkedThread(pid: pid, parentPid: parent, tid: pid, parentTid: parent)
    }

    @Test func whatIsKnownIsNotKeptAgain() {
        let history = ProcessHistory()
        for time: UInt64 in 1...1000 {
            history.add(.mapped(code(base, "/a", at: 0x1000)), at: time)
            history.add(.named(name(base, "same")), at: time)
        }
        #expect(history.entries.count == 2)
        // Something else at the place, and then the first again: that is news.
        history.add(.mapped(code(base, "/b", at: 0x1000)), at: 2000)
        history.add(.mapped(code(base, "/a", at: 0x1000)), at: 2001)
        #expect(history.entries.count == 4)
        // A part of what is mapped, with the same bytes of the same file.
        var part = code(base, "/a", at: 0x1800)
        part.offset = 0x800
        part.length = 0x800
        history.add(.mapped(part), at: 2002)
        #expect(history.entries.count == 4)
        part.offset = 0
        history.add(.mapped(part), at: 2003)
        #expect(history.entries.count == 5)
        // Memory without a file holds whatever it holds.
        for time: UInt64 in 3000...4000 {
            history.add(.mapped(code(base, "//anon", at: 0x9000)), at: time)
        }
        #expect(history.entries.count == 6)
        #expect(history.dropped == 0)
    }

    @Test func processesThatEndWithoutASampleAreForgotten() {
        let history = ProcessHistory(limit: 100_000)
        history.add(.named(name(base, "shell", isExec: true)), at: 1)
        history.see(thread: base, of: base, at: 1)
        for index: Int32 in 1...5000 {
            let time = UInt64(index) * 10
            let pass = UInt64(index)
            let pid = base + index
            history.add(.forked(fork(pid, from: base)), at: time, pass: pass)
            history.add(.named(name(pid, "child", isExec: true)), at: time + 1, pass: pass)
            history.add(.mapped(code(pid, "/bin/child", at: 0x1000)), at: time + 2, pass: pass)
            if index % 1000 == 0 { history.see(thread: pid, of: pid, at: time + 3) }
            history.end(EndedThread(pid: pid, tid: pid), at: time + 4, pass: pass)
        }
        #expect(history.dropped == 0)
        #expect(history.bytes < 110_000)
        let named = history.entries.compactMap { entry -> Int32? in
            if case .named(let thread) = entry.record { thread.pid - base } else { nil }
        }
        #expect(Set(named).isSuperset(of: [0, 1000, 2000, 3000, 4000, 5000]))
        #expect(named.count < 1000)
    }

    @Test func childrenKeepWhatTheirParentMapped() {
        let history = ProcessHistory(limit: 60_000)
        history.add(.named(name(base, "first", isExec: true)), at: 1)
        history.add(.mapped(code(base, "/bin/first", at: 0x1000)), at: 2)
        history.add(.forked(fork(base + 1, from: base)), at: 3)
        history.end(EndedThread(pid: base, tid: base), at: 4, pass: 1)
        history.see(thread: base + 1, of: base + 1, at: 5)
        for index: Int32 in 2...2000 {
            let pass = UInt64(index)
            history.add(.forked(fork(base + index, from: base + 1)), at: 10, pass: pass)
            history.end(EndedThread(pid: base + index, tid: base + index), at: 11, pass: pass)
        }
        #expect(
            history.entries.contains { $0.record == .mapped(code(base, "/bin/first", at: 0x1000)) }
        )
        #expect(history.entries.count < 500)
    }

    @Test func threadsThatEndWithoutASampleAreForgotten() {
        let history = ProcessHistory(limit: 60_000)
        history.add(.named(name(base, "server", isExec: true)), at: 1)
        for index: Int32 in 1...5000 {
            let thread = ForkedThread(
                pid: base,
                parentPid: base,
                tid: base + index,
                parentTid: base
            )
            let pass = UInt64(index)
            history.add(.forked(thread), at: 10, pass: pass)
            let named = NamedThread(pid: base, tid: base + index, name: "worker", isExec: false)
            history.add(.named(named), at: 11, pass: pass)
            if index == 77 { history.see(thread: base + index, of: base, at: 12) }
            history.end(EndedThread(pid: base, tid: base + index), at: 12, pass: pass)
        }
        #expect(history.dropped == 0)
        let kept = history.entries.compactMap { entry -> Int32? in
            if case .forked(let thread) = entry.record { thread.tid - base } else { nil }
        }
        #expect(kept.contains(77) && kept.contains(5000) && kept.count < 1000)
    }

    /// A process that is still there, or of which a sample can still come, is not forgotten.
    @Test func nothingIsForgottenTooEarly() {
        let history = ProcessHistory(limit: 30_000)
        history.add(.named(name(getpid(), "alive", isExec: true)), at: 1)
        history.end(EndedThread(pid: getpid(), tid: getpid()), at: 2, pass: 1)
        history.add(.named(name(base, "just now", isExec: true)), at: 3, pass: 50)
        history.end(EndedThread(pid: base, tid: base), at: 4, pass: 99)
        history.pass = 100
        history.forget()
        #expect(history.entries.count == 2)
        history.pass = 101
        history.forget()
        #expect(history.entries.count == 1)
    }

    @Test func whatDoesNotFitIsCountedAndNothingWrongIsTold() throws {
        let history = ProcessHistory(limit: 20_000)
        history.add(.named(name(base, "program", isExec: true)), at: 1)
        history.add(.mapped(code(base, "/bin/program", at: 0x1000)), at: 1)
        history.add(.mapped(code(base, "/lib/old", at: 0x10_0000)), at: 1)
        for index: UInt64 in 1...1000 {
            history.add(.mapped(code(base, "/m", at: 0x100_0000 + index * 0x2000)), at: 2)
        }
        #expect(history.dropped > 0 && history.bytes < 25_000)
        let dropped = history.dropped
        // The old library's place is taken: its names must not be given any more.
        history.add(.mapped(code(base, "/lib/new", at: 0x10_0000)), at: 3)
        #expect(history.dropped == dropped + 1)
        let last = try #require(history.entries.last)
        guard case .mapped(let code) = last.record else {
            Issue.record("\(last)")
            return
        }
        #expect(code.address == 0x10_0000 && !code.isKnown)
        // Another program: nothing of the one before holds.
        history.add(.named(name(base, "other", isExec: true)), at: 4)
        #expect(history.entries.last?.record == .unknown(pid: base, tid: 0))
    }

    @Test func aNameThatDoesNotFitTakesTheOldOneBack() {
        let history = ProcessHistory(limit: 5000)
        history.add(.named(name(base, "program", isExec: true)), at: 1)
        for index: UInt64 in 1...100 {
            history.add(.named(name(base, ByteString("name \(index)"))), at: 1 + index)
        }
        #expect(history.dropped > 0)
        #expect(history.entries.last?.record == .unknown(pid: base, tid: base))
    }

    @Test func samplesThatAreGoneKeepNothing() {
        let history = ProcessHistory(limit: 1 << 20)
        for index: Int32 in 1...10 {
            history.add(.named(name(base + index, "x", isExec: true)), at: 1)
            history.see(thread: base + index, of: base + index, at: 2)
            history.end(EndedThread(pid: base + index, tid: base + index), at: 3, pass: 1)
        }
        history.pass = 9
        history.forget()
        #expect(history.entries.count == 10)
        history.samplesAreGone()
        history.forget()
        #expect(history.entries.isEmpty)
    }

    @Test func readersGoOnWhereTheyWere() {
        let history = ProcessHistory(limit: 1 << 20)
        history.add(.named(name(base, "a", isExec: true)), at: 1)
        history.add(.named(name(base + 1, "b", isExec: true)), at: 1)
        let told = history.entries.last?.serial ?? 0
        history.end(EndedThread(pid: base, tid: base), at: 2, pass: 1)
        history.add(.named(name(base + 2, "c", isExec: true)), at: 3, pass: 5)
        history.forget()
        #expect(
            history.entries(after: told).map(\.record) == [
                .named(name(base + 2, "c", isExec: true))
            ]
        )
        #expect(history.entries(after: 0).count == 2)
    }

    /// What /proc shows when a sample is handled may be the program that came after it.
    @Test func whatWasReadAfterAnExecIsNotTakenForWhatWasBefore() {
        let history = ProcessHistory()
        let pid = getpid()
        let before = MonotonicClock.now
        history.see(thread: pid, of: pid, at: before)
        #expect(history.entries.count > 2)
        history.add(.named(name(pid, "other", isExec: true)), at: before + 1)
        #expect(history.entries.map(\.record) == [.named(name(pid, "other", isExec: true))])
        // An exec later than the reading leaves it alone.
        let other = ProcessHistory()
        other.see(thread: pid, of: pid, at: before)
        let count = other.entries.count
        other.add(.named(name(pid, "other", isExec: true)), at: MonotonicClock.now)
        #expect(other.entries.count == count + 1)
    }

    @Test func anotherLoadBeginsAnew() {
        let history = ProcessHistory()
        history.see(thread: getpid())
        let first = history.entries
        #expect(first.allSatisfy { $0.time == 0 && $0.seen > 0 })
        history.beginLoad(at: 77)
        history.see(thread: getpid())
        let second = history.entries.dropFirst(first.count)
        #expect(second.first?.record == .unknown(pid: getpid(), tid: 0))
        #expect(second.count == first.count + 1)
        #expect(second.allSatisfy { $0.time == 77 })
    }

    /// After lost records a process is looked at again: nothing new is told of one that is as it
    /// was.
    @Test func lostRecordsAreMadeUpFor() {
        let history = ProcessHistory()
        let pid = getpid()
        let now = MonotonicClock.now
        history.see(thread: pid, of: pid, at: now)
        let count = history.entries.count
        history.noteGap(3, at: MonotonicClock.now)
        #expect(history.dropped == 3)
        history.see(thread: pid, of: pid, at: MonotonicClock.now)
        #expect(history.entries.count == count)
        // Of a process that is gone nothing holds any more.
        history.add(.named(name(base, "gone", isExec: true)), at: now)
        history.add(.mapped(code(base, "/gone", at: 0x1000)), at: now)
        history.noteGap(1, at: now + 5)
        history.see(thread: base, of: base, at: now + 6)
        #expect(history.entries.last?.record == .unknown(pid: base, tid: 0))
        #expect(history.entries.last?.time == now)
    }
}
