@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// Every state of a context, reached the way a user reaches it.
enum ReachedState: String, CaseIterable {
    /// Blocked is masked with the thread held; armed is started at an exec that has not come.
    case unloaded, loaded, started, masked, maskedStopped, blocked, armed, ended

    var isMasked: Bool { self == .masked || self == .maskedStopped || self == .blocked }

    func reach(_ fixture: EngineFixture) throws -> Context {
        let context = try fixture.context(
            flags: self == .blocked ? .notifyBlock : [],
            events: ["cycles"]
        )
        guard self != .unloaded else { return context }
        if isMasked {
            try fixture.write(context, pmd: 0) {
                $0.value = period(1000)
                $0.flags = .overflowNotify
            }
        }
        try context.load(on: .thread(7), by: fixture.root)
        if self == .loaded { return context }
        if self == .armed {
            try context.startAtExec()
            return context
        }
        try context.start()
        if isMasked { fixture.pass(1000) }
        if self == .maskedStopped { try context.stop() }
        if self == .ended {
            fixture.threads.end(7)
            fixture.pass(1)
        }
        return context
    }
}

/// Every command, as one user would give it.
enum Command: String, CaseIterable {
    case writePmc, writePmd, readPmd, setFlags, load, unload, start, startSet, startAtExec, stop
    case restart, createSet, changeSet, deleteSet, information, setEvents, counters

    func run(_ context: Context, _ fixture: EngineFixture) throws(PfmError) {
        switch self {
        case .writePmc: try context.writePmc(1, set: 0, value: 0x53_00c0)
        case .writePmd: try context.writePmd(0, set: 0, CounterSettings())
        case .readPmd: _ = try context.readPmd(0, set: 0)
        case .setFlags: try context.setFlags(.mapSets, by: fixture.root)
        case .load: try context.load(on: .thread(8), by: fixture.root)
        case .unload: try context.unload()
        case .start: try context.start()
        case .startSet: try context.start(set: 0)
        case .startAtExec: try context.startAtExec()
        case .stop: try context.stop()
        case .restart: try context.restart()
        case .createSet: try context.createSet(5)
        case .changeSet: try context.changeSet(0, SetSettings(flags: .overflowSwitch))
        case .deleteSet: try context.deleteSet(0)
        case .information: _ = try context.information(ofSet: 0)
        case .setEvents: try context.setEvents(["instructions"], set: 0)
        case .counters: _ = try context.readCounters()
        }
    }

    /// What the specification says, sections 4 and 5: nil is success.
    func expected(in state: ReachedState) -> Errno? {
        let isAttached = state != .unloaded && state != .ended
        switch self {
        case .writePmc, .writePmd, .readPmd, .unload, .information, .counters:
            return nil
        case .setFlags, .load, .createSet, .changeSet, .setEvents:
            return isAttached ? .resourceBusy : nil
        case .deleteSet:
            return isAttached ? .resourceBusy : .invalidArgument
        case .start, .startSet:
            return isAttached && !state.isMasked ? nil : .invalidArgument
        case .startAtExec:
            return state == .loaded ? nil : .invalidArgument
        case .stop:
            return isAttached ? nil : .invalidArgument
        case .restart:
            return isAttached ? nil : .resourceBusy
        }
    }
}

@Suite struct StateMatrixTests {
    @Test(arguments: ReachedState.allCases, Command.allCases)
    func everyCommandInEveryState(_ state: ReachedState, _ command: Command) throws {
        // The simulated PMU knows no exec; behind the other one a thread may execute a program.
        let fixture = try EngineFixture(cost: 0)
        let context = try state.reach(fixture)
        let before = context.state
        let result = refusal { () throws(PfmError) in try command.run(context, fixture) }
        #expect(result == command.expected(in: state))
        if result != nil {
            #expect(context.state == before, "a refused command must change nothing")
        }
    }

    @Test(arguments: Command.allCases)
    func everyCommandOnARemovedContext(_ command: Command) throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        fixture.engine.removeContext(context)
        let result = refusal { () throws(PfmError) in try command.run(context, fixture) }
        #expect(result == .operationNotSupportedByDevice)
    }

    @Test func statesAreWhatTheirNamesSay() throws {
        for (reached, state, isStarted) in [
            (ReachedState.unloaded, ContextState.unloaded, false),
            (.loaded, .loaded, false), (.started, .loaded, true), (.masked, .masked, true),
            (.maskedStopped, .masked, false), (.blocked, .masked, true), (.armed, .loaded, true),
            (.ended, .unloaded, false),
        ] {
            let fixture = try EngineFixture(cost: 0)
            let context = try reached.reach(fixture)
            #expect(context.state == state)
            #expect(context.isStarted == isStarted)
            #expect((context.attachment?.blocksThread == true) == (reached == .blocked))
            #expect(context.isAwaitingExec == (reached == .armed))
        }
    }

    @Test func refusalsSayWhatToDo() throws {
        for state in ReachedState.allCases {
            for command in Command.allCases {
                let fixture = try EngineFixture(cost: 0)
                let context = try state.reach(fixture)
                do throws(PfmError) {
                    try command.run(context, fixture)
                } catch {
                    #expect(!error.message.isEmpty && error.remedy != nil, "\(state) \(command)")
                }
            }
        }
    }
}
