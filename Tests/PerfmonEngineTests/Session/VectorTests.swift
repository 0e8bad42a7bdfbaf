@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonModel
@testable import SimulatedBackend
import SystemPackage
import Testing

/// Calls that take vectors (specification 3.5 and 3.6): carried out in order up to the first
/// element that fails.
@Suite struct VectorTests {
    private let fixture: EngineFixture
    private let context: Context

    init() throws {
        fixture = try EngineFixture()
        context = try fixture.context(events: ["cycles"])
    }

    private func outcome(_ command: ContextCommand) -> CommandOutcome {
        context.outcome(of: command, by: fixture.root)
    }

    private func control(_ number: Int, set: UInt16 = 0, _ value: UInt64) -> ControlSetting {
        ControlSetting(RegisterAddress(number, set: set), value: value)
    }

    private func data(_ number: Int, set: UInt16 = 0, _ value: UInt64) -> DataSetting {
        var settings = CounterSettings()
        settings.value = value
        return DataSetting(RegisterAddress(number, set: set), settings)
    }

    @Test func controlsBeforeTheFaultAreWritten() throws {
        let outcome = outcome(
            .writePMCs([control(0, 0x53_00c0), control(9, 0x53_00c4), control(1, 0x53_00c5)])
        )
        #expect(outcome.failure?.code == .invalidArgument)
        #expect(outcome.failure?.element == 1)
        #expect(outcome.failure?.flaw == .notAvailable)
        #expect(outcome.failure?.message.hasPrefix("element 1: pmc9") == true)
        guard case .controls(let stored) = outcome.result else {
            Issue.record("no values")
            return
        }
        #expect(stored == [0x53_00c0], "what was stored, reserved bits included")
        let set = try #require(context.set(0))
        let register = try #require(context.pmu.pmc(1))
        #expect(set.pmcValue(register) == register.defaultValue)
    }

    @Test func dataBeforeTheFaultAreWritten() throws {
        let outcome = outcome(.writePMDs([data(0, 5), data(0, set: 3, 6), data(1, 7)]))
        #expect(outcome.failure?.element == 1)
        #expect(outcome.failure?.flaw == .noSet)
        #expect(try context.readPmd(0, set: 0).value == 5)
        #expect(refusal { () throws(PfmError) in _ = try context.readPmd(1, set: 0) } != nil)
    }

    @Test func whatWasReadBeforeTheFaultIsThere() throws {
        try context.perform(.writePMDs([data(0, 5), data(1, 7)]), by: fixture.root)
        let registers = [0, 1, 2, 0].map { RegisterAddress($0, set: 0) }
        let outcome = outcome(.readPMDs(registers))
        #expect(outcome.failure?.element == 2)
        #expect(outcome.failure?.flaw == .invalid)
        #expect(outcome.result.registers.map(\.value) == [5, 7])
    }

    @Test func setsBeforeTheFaultAreMade() throws {
        let contradiction = SetSettings(flags: [.overflowSwitch, .timeSwitch], timeout: 1)
        let outcome = outcome(
            .createSets(
                [SetDescription(4), SetDescription(5, contradiction), SetDescription(6)],
                exclusively: false
            )
        )
        #expect(outcome.failure?.element == 1)
        #expect(context.sets.map(\.id) == [0, 4, 5], "the original left the half-made one, too")
        let deleted = self.outcome(.deleteSets([4, 0, 5]))
        #expect(deleted.failure?.element == 1)
        #expect(context.sets.map(\.id) == [0, 5])
    }

    @Test func effectiveValuesComeBack() throws {
        let timeout = SetSettings(flags: .timeSwitch, timeout: 1)
        let made = outcome(.createSets([SetDescription(2, timeout)], exclusively: false))
        #expect(made.failure == nil)
        #expect(made.result.sets.map(\.timeout) == [fixture.engine.timeoutTick])
        #expect(made.notes == [.roundedUp(fixture.engine.timeoutTick)])
        let told = outcome(.infoOfSets([2, 0]))
        #expect(told.result.sets.map(\.id) == [2, 0])
        #expect(outcome(.infoOfSets([0, 8])).failure?.flaw == .invalid)
    }

    @Test func anEmptyVectorIsDoneWhereTheCommandIsLegal() throws {
        #expect(outcome(.writePMDs([])).failure == nil)
        try context.load(on: .thread(7), by: fixture.root)
        #expect(outcome(.writePMDs([])).failure == nil)
        #expect(outcome(.deleteSets([])).failure?.code == .resourceBusy)
    }

    @Test func aSingleElementHasNoNumberInItsSentence() {
        let failure = outcome(.deleteSets([9])).failure
        #expect(failure?.element == 0)
        #expect(failure?.message.hasPrefix("set 9") == true)
    }

    /// Specification 4.10, step 6: the control registers have their defaults, the data registers
    /// keep what they have.
    @Test func aSetThatExistsIsSetUpAnew() throws {
        let settings = SetSettings(flags: .timeSwitch, timeout: 10_000_000)
        try context.writePmc(0, set: 0, value: 0x53_00c0, flags: .noEmulation64)
        try context.writePmd(0, set: 0, data(0, 77).settings)
        let outcome = outcome(.createSets([SetDescription(0, settings)], exclusively: false))
        #expect(outcome.failure == nil)
        #expect(outcome.notes == [.controlsReset(0)])
        let set = try #require(context.set(0))
        for register in context.pmu.pmcs {
            #expect(set.pmcValue(register) == register.defaultValue, "pmc\(register.number)")
        }
        #expect(set.flags(ofPmc: 0) == [])
        #expect(context.eventName(ofPmd: 0, in: set) == nil)
        #expect(try context.readPmd(0, set: 0).value == 77)
        #expect(set.flags == .timeSwitch)
    }

    @Test func whatOnlyChangesHowASetIsLeftKeepsItsEvents() throws {
        try context.changeSet(0, SetSettings(nextID: 0))
        let set = try #require(context.set(0))
        #expect(context.eventName(ofPmd: 0, in: set) == "cycles")
    }

    @Test func timeOutsAreNeverRoundedDown() throws {
        let tick = fixture.engine.timeoutTick
        let longest = UInt64.max / tick * tick
        try context.changeSet(0, SetSettings(timeout: longest))
        #expect(context.set(0)?.timeout == longest)
        try context.changeSet(0, SetSettings(timeout: longest - 1))
        #expect(context.set(0)?.timeout == longest)
        if tick > 1 {
            for timeout in [longest + 1, UInt64.max] {
                let result = refusal { () throws(PfmError) in
                    try context.changeSet(0, SetSettings(timeout: timeout))
                }
                #expect(result == .invalidArgument)
            }
        }
        #expect(context.set(0)?.timeout == longest)
    }

    @Test func unreadMessagesCanBeGivenBack() throws {
        try fixture.write(context, pmd: 0) {
            $0.value = period(1000)
            $0.longReset = period(1000)
            $0.flags = .overflowNotify
        }
        try context.load(on: .thread(7), by: fixture.root)
        try context.start()
        for _ in 0..<9 {
            fixture.pass(1000)
            try context.restart()
        }
        let epoch = context.messages.epoch
        let first = try #require(context.takeMessage())
        fixture.pass(1000)
        let count = context.messages.all.count
        try context.perform(.returnMessages([first], epoch: epoch), by: fixture.root)
        #expect(context.messages.all.count == count + 1)
        #expect(context.takeMessage() == first)
        try context.unload()
        try context.load(on: .thread(7), by: fixture.root)
        try context.perform(.returnMessages([first], epoch: epoch), by: fixture.root)
        #expect(context.messages.isEmpty, "a load empties the queue")
    }
}
