@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// perfmon2's own rules about who gives a command from where (specification 3.3, 3.4, 4.5, 16.2 to
/// 16.4), with threads that the test makes up.
@Suite struct CallerRuleTests {
    private let caller = Client(uid: 1000, gid: 1000, tid: 50)

    /// Thread 50 runs on CPU 1; 60 is stopped by it, 61 by another thread, 62 by nobody, 63 belongs
    /// to another user.
    private func fixture(capabilities: UInt64 = 0) throws -> EngineFixture {
        var options = EngineOptions()
        options.isStrict = true
        options.threadFacts = { tid in
            let own = ThreadFacts(
                uids: [1000, 1000, 1000],
                gids: [1000, 1000, 1000],
                cpu: 1,
                capabilities: capabilities
            )
            var facts = own
            switch tid {
            case 50, 62: break
            case 60, 64: (facts.tracer, facts.isTraceStopped) = (50, true)
            case 61: (facts.tracer, facts.isTraceStopped) = (51, true)
            case 63: facts.uids[2] = 0
            default: return nil
            }
            return facts
        }
        return try EngineFixture(options: options)
    }

    private func load(_ context: Context, _ target: Target) -> Errno? {
        refusal { () throws(PfmError) in try context.load(on: target, by: caller) }
    }

    @Test func aThreadMustBeStoppedByTheCaller() throws {
        let fixture = try fixture()
        let context = try fixture.context(events: ["cycles"])
        #expect(load(context, .thread(99)) == .noSuchProcess)
        #expect(load(context, .thread(61)) == .noSuchProcess)
        #expect(load(context, .thread(62)) == .noSuchProcess)
        #expect(load(context, .thread(63)) == .notPermitted)
        #expect(load(context, .thread(60)) == nil)
        #expect(load(context, .thread(62)) == .noSuchProcess, "the target comes before the state")
        #expect(load(context, .thread(60)) == .resourceBusy)
        try context.unload(by: caller)
        #expect(load(context, .thread(50)) == nil, "the caller itself")
    }

    @Test func whoMayTraceEverybodyMustStillStopTheThread() throws {
        let fixture = try fixture(capabilities: 1 << 19)
        let context = try fixture.context(events: ["cycles"])
        #expect(load(context, .thread(63)) == .noSuchProcess)
        #expect(load(context, .thread(60)) == nil)
    }

    @Test func aCPUIsMonitoredFromThere() throws {
        let fixture = try fixture()
        let context = try fixture.context(flags: .systemWide, events: ["cycles"])
        #expect(load(context, .cpu(0)) == .invalidArgument)
        #expect(load(context, .cpu(7)) == .invalidArgument)
        #expect(load(context, .cpu(1)) == nil)
        #expect(load(context, .cpu(0)) == .resourceBusy, "the state comes before the CPU")
    }

    /// What is shown besides the registers themselves comes from them, and asks the same.
    @Test func whatIsReadOfCountersAsksTheSame() throws {
        let fixture = try fixture()
        let context = try fixture.context(events: ["cycles"])
        try context.load(on: .thread(60), by: caller)
        let stranger = Client(uid: 1000, gid: 1000, tid: 62)
        let register = RegisterAddress(0, set: 0)
        let readings: [ContextCommand] = [
            .readPMDs([register]), .readCounters(set: nil), .readCounters(set: 0),
            .readCounter(register), .readCountdown(register),
        ]
        func results(by client: Client) -> [Errno?] {
            readings.map { context.outcome(of: $0, by: client).failure?.code }
        }
        #expect(results(by: stranger) == Array(repeating: .noSuchProcess, count: 5))
        #expect(results(by: caller) == Array(repeating: nil, count: 5))
        let settings = context.outcome(of: .readSettings(register), by: stranger)
        #expect(settings.failure == nil, "what was written is not a count")
        try context.unload(by: caller)
        #expect(results(by: stranger) == Array(repeating: nil, count: 5))
    }

    /// What each command asks of a caller elsewhere (the table of 3.3).
    private func refusals(_ context: Context, by caller: Client) -> [Errno?] {
        var found: [Errno?] = []
        func note(_ command: () throws(PfmError) -> Void) { found.append(refusal(command)) }
        note { () throws(PfmError) in
            try context.writePmc(1, set: 0, value: 0x53_00c0, by: caller)
        }
        note { () throws(PfmError) in
            try context.writePmd(0, set: 0, CounterSettings(), by: caller)
        }
        note { () throws(PfmError) in _ = try context.readPmd(0, set: 0, by: caller) }
        note { () throws(PfmError) in _ = try context.information(ofSet: 0, by: caller) }
        note { () throws(PfmError) in try context.start(by: caller) }
        note { () throws(PfmError) in try context.restart(by: caller) }
        note { () throws(PfmError) in try context.stop(by: caller) }
        note { () throws(PfmError) in try context.unload(by: caller) }
        return found
    }

    @Test func commandsOnARemoteThread() throws {
        let fixture = try fixture()
        let context = try fixture.context(events: ["cycles"])
        try context.load(on: .thread(60), by: caller)
        let stranger = Client(uid: 1000, gid: 1000, tid: 62)
        let none = Errno.noSuchProcess
        let expected = [none, none, none, nil, none, nil, none, none]
        #expect(refusals(context, by: stranger) == expected)
        #expect(refusals(context, by: caller) == [nil, nil, nil, nil, nil, nil, nil, nil])
        #expect(refusals(context, by: stranger)[7] == nil, "unloaded: anybody")
    }

    @Test func maskedCommandsNeedNoStop() throws {
        let fixture = try fixture()
        let context = try fixture.context(events: ["cycles"])
        try fixture.write(context, pmd: 0) {
            $0.value = period(1000)
            $0.flags = .overflowNotify
        }
        try context.load(on: .thread(60), by: caller)
        try context.start(by: caller)
        fixture.pass(1000)
        #expect(context.state == .masked)
        let stranger = Client(uid: 1000, gid: 1000, tid: 62)
        _ = try context.readPmd(0, set: 0, by: stranger)
        try context.writePmd(0, set: 0, CounterSettings(), by: stranger)
        try context.writePmc(1, set: 0, value: 0x53_00c0, by: stranger)
        #expect(
            refusal { () throws(PfmError) in try context.unload(by: stranger) } == .noSuchProcess
        )
        try context.stop(by: stranger)
        #expect(context.state == .masked)
    }

    @Test func commandsFromAnotherCPU() throws {
        let fixture = try fixture()
        let context = try fixture.context(flags: .systemWide, events: ["cycles"])
        try context.load(on: .cpu(0), by: fixture.root)
        let all = refusals(context, by: Client(uid: 0, gid: 0, tid: 50))
        #expect(all == Array(repeating: .resourceBusy, count: 8))
        #expect(context.state == .loaded)
        #expect(fixture.engine.systemSessionCount == 1)
    }

    @Test func withoutTheOptionNobodyIsAsked() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        try context.load(on: .thread(7), by: caller)
        #expect(refusals(context, by: caller) == [nil, nil, nil, nil, nil, nil, nil, nil])
    }

    @Test func factsFromTheKernelsText() throws {
        let status = """
            Name:\ta) t (b
            State:\tt (tracing stop)
            Tgid:\t10
            TracerPid:\t77
            Uid:\t1000\t1001\t1002\t1001
            Gid:\t100\t101\t102\t101
            CapEff:\t0000000000080020

            """
        let numbers = (4...52).map { $0 == 39 ? "3" : "\($0)" }.joined(separator: " ")
        let stat = try #require(ThreadStat("10 (a) t (b) t \(numbers)"))
        let facts = ThreadFacts(ThreadStatus(status), stat)
        #expect(facts.uids == [1000, 1001, 1002])
        #expect(facts.gids == [100, 101, 102])
        #expect(facts.tracer == 77 && facts.isTraceStopped)
        #expect(facts.cpu == 3)
        #expect(facts.capabilities == 1 << 19 | 1 << 5)
        let stopped = status.replacing("t (tracing stop)", with: "T (stopped)")
        #expect(!ThreadFacts(ThreadStatus(stopped), stat).isTraceStopped)
        #expect(ThreadStat("10 (a) t 1 2") == nil)
        #expect(ThreadFacts.ofThread(0) == nil)
    }
}

extension String {
    fileprivate func replacing(_ old: String, with new: String) -> String {
        split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasSuffix(old) ? $0.dropLast(old.count) + new : $0 }
            .joined(separator: "\n")
    }
}
