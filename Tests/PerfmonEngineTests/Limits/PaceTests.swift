@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import Synchronization
import SystemPackage
import Testing

/// Users who are notified faster than they may be wait; they lose nothing.
@Suite struct PaceTests {
    private final class Clock: Sendable {
        let time = Atomic<UInt64>(5_000_000_000)
    }

    private let second: UInt64 = 1_000_000_000
    private let user = Client(uid: 1000, gid: 1000, tid: 70)
    private let clock = Clock()

    /// Ten a second of one user, one of them at once.
    private func fixture() throws -> EngineFixture {
        var options = EngineOptions()
        options.limits.notifications = Limit(total: 100, perUser: 10)
        options.paceClock = { [clock] in clock.time.load(ordering: .relaxed) }
        return try EngineFixture(options: options)
    }

    private func wait(_ nanoseconds: UInt64) {
        clock.time.add(nanoseconds, ordering: .relaxed)
    }

    private func notified(
        _ fixture: EngineFixture,
        by client: Client,
        on tid: Int32
    ) throws -> Context {
        let context = try fixture.context("c\(tid)", events: ["cycles"])
        try fixture.write(context, pmd: 0) {
            $0.value = period(100)
            $0.longReset = period(100)
            $0.flags = .overflowNotify
        }
        try context.load(on: .thread(tid), by: client)
        try context.start()
        return context
    }

    @Test func aRestartWaitsItsTurn() throws {
        let fixture = try fixture()
        let context = try notified(fixture, by: user, on: 7)
        let roots = try notified(fixture, by: fixture.root, on: 8)
        fixture.pass(100)
        _ = context.takeMessage()
        try context.restart()
        #expect(context.state == .loaded, "the first one is at once")
        fixture.pass(100)
        #expect(context.state == .masked)
        let notes = try context.restart()
        #expect(context.state == .masked)
        #expect(notes == [.deferred(milliseconds: 101, uid: 1000, perSecond: 10)])
        #expect(refusal { () throws(PfmError) in try context.restart() } == .resourceBusy)
        fixture.pass(1000)
        #expect(try context.readPmd(0, set: 0).value == 0, "counts while it waits")
        try roots.restart()
        #expect(roots.state == .loaded, "another user waits too")

        fixture.engine.resumeWaiting()
        #expect(context.state == .masked)
        wait(second / 5)
        fixture.engine.resumeWaiting()
        #expect(context.state == .loaded)
        #expect(try context.readPmd(0, set: 0).value == period(100))
        fixture.pass(99)
        #expect(context.messages.all.count == 1)
        fixture.pass(1)
        #expect(context.messages.all.count == 2)
        let usage = fixture.engine.usage(of: 1000)[3]
        #expect(usage.maximum == 10)
        #expect(usage.deferred == 1)
    }

    @Test func aStopDuringTheWaitStaysStopped() throws {
        let fixture = try fixture()
        let context = try notified(fixture, by: user, on: 7)
        fixture.pass(100)
        try context.restart()
        fixture.pass(100)
        try context.restart()
        try context.stop()
        wait(second)
        fixture.engine.resumeWaiting()
        #expect(context.state == .loaded)
        #expect(!context.isStarted)
        fixture.pass(1000)
        #expect(try context.readPmd(0, set: 0).value == period(100))
    }

    @Test func aWaitEndsWithTheLoad() throws {
        let fixture = try fixture()
        let context = try notified(fixture, by: user, on: 7)
        fixture.pass(100)
        try context.restart()
        fixture.pass(100)
        try context.restart()
        try context.unload()
        try context.load(on: .thread(7), by: user)
        fixture.pass(100)
        wait(second)
        fixture.engine.resumeWaiting()
        #expect(context.state == .loaded)
        #expect(!context.isStarted)
    }

    @Test func switchesAtOverflowsWaitToo() throws {
        let fixture = try fixture()
        let context = try fixture.context(events: ["cycles"], ["cycles"])
        for set in [0, 1] as [UInt16] {
            try context.changeSet(set, SetSettings(flags: .overflowSwitch))
            try fixture.write(context, pmd: 0, set: set) {
                $0.value = period(100)
                $0.longReset = period(77)
                $0.shortReset = period(100)
                $0.switchCount = 1
            }
        }
        try context.load(on: .thread(7), by: user)
        try context.start()
        fixture.pass(100)
        #expect(context.activeSetID == 1)
        fixture.pass(100)
        #expect(context.state == .masked)
        #expect(context.activeSetID == 1)
        #expect(refusal { () throws(PfmError) in try context.restart() } == .resourceBusy)
        wait(second)
        fixture.engine.resumeWaiting()
        #expect(context.state == .loaded)
        #expect(context.activeSetID == 0)
        #expect(try context.readPmd(0, set: 0).value == period(100), "a short reset")
        fixture.pass(99)
        #expect(context.activeSetID == 0)
        fixture.pass(1)
        #expect(context.activeSetID == 1)
    }

    @Test func manyUsersAreForgottenAgain() {
        var pace = NotificationPace()
        let limits = Limits()
        for uid in 1...1000 as ClosedRange<UInt32> {
            pace.charge(uid, at: UInt64(uid) * second, limits)
        }
        #expect(pace.used(by: 1000, at: 1000 * second) == 1)
        #expect(pace.used(by: 1, at: 1000 * second) == 0)
        #expect(pace.used(at: 1000 * second) == 1)
    }

    @Test func evenNotificationsNeverWait() {
        var pace = NotificationPace()
        var limits = Limits()
        limits.notifications = Limit(total: 1000, perUser: 100)
        for step in 0..<500 as Range<UInt64> {
            #expect(pace.delay(of: 5, at: second + step * second / 100, limits) == 0)
            pace.charge(5, at: second + step * second / 100, limits)
        }
        for _ in 0..<50 { pace.charge(5, at: 6 * second, limits) }
        #expect(pace.delay(of: 5, at: 6 * second, limits) > 0)
        #expect(pace.delay(of: 6, at: 6 * second, limits) == 0)
        #expect(pace.delay(of: 5, at: 7 * second, limits) == 0)
    }
}
