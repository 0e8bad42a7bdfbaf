@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend

/// Makes up command lists: first a context is set up, then anything may happen to it.
struct ReferenceGenerator {
    private var random: SeededGenerator
    /// Periods that this list uses again and again, as programs do.
    private var periods: [UInt64] = []
    private static let setIDs: [UInt16] = [0, 1, 2, 7, 65535]
    /// Whether sets may be left by themselves.
    private let switches: Bool
    /// Whether every value is a period of a few thousand events at most.
    private let isPeriodic: Bool

    init(seed: UInt64, switches: Bool, isPeriodic: Bool = false) {
        random = SeededGenerator(seed: ~seed)
        self.switches = switches
        self.isPeriodic = isPeriodic
        for limit in [60, 300, 1000] { periods.append(UInt64(below(limit)) + 20) }
    }

    /// A list of about so many steps.
    mutating func steps(_ count: Int) -> [ReferenceStep] {
        let readsOften = chance(50)
        var steps: [ReferenceStep] = []
        for slot in 0..<(chance(30) ? 2 : 1) {
            for command in preparation(slot) { steps.append(step(slot, command, readsOften)) }
        }
        while steps.count < count {
            let slot = chance(75) ? 0 : Int(below(3))
            let next = command()
            steps.append(step(slot, next, readsOften))
            if case .pass = next, chance(50) { steps.append(step(slot, .restart, readsOften)) }
        }
        return steps
    }

    private mutating func step(
        _ slot: Int,
        _ command: ReferenceCommand,
        _ readsOften: Bool
    ) -> ReferenceStep {
        ReferenceStep(
            context: slot,
            command: command,
            readsAll: readsOften || chance(12)
        )
    }

    private mutating func preparation(_ slot: Int) -> [ReferenceCommand] {
        var commands: [ReferenceCommand] = [.create]
        let sets = Self.setIDs.prefix(Int(below(4)) + 1)
        for id in sets {
            if id != 0 { commands.append(.createSet(id)) }
            var settings = setSettings()
            if chance(90) { settings.nextID = pick(Array(sets)) }
            if settings.timeout == 0 { settings.timeout = 900 }
            commands.append(.changeSet(id, settings))
            for pmc in 0...Int(below(3)) {
                let image = selectorImage(of: frequentEvent())
                commands.append(.writePmc(pmc, set: id, value: image, flags: []))
                commands.append(.writePmd(pmc, set: id, counterSettings()))
            }
            if chance(15) { commands += unemulated(set: id) }
            if chance(30) {
                commands.append(.writePmc(16, set: id, value: UInt64(below(0x1000)), flags: []))
                commands.append(.writePmd(16 + Int(below(3)), set: id, counterSettings()))
            }
        }
        if switches, chance(30) { commands.append(.setFormat(bufferSize())) }
        var target = Target.thread(Int32(100 + slot))
        if chance(40) {
            let flags = contextFlags()
            commands.append(.setFlags(flags))
            if flags.contains(.systemWide) { target = .cpu(slot) }
        }
        commands.append(.load(target, set: pick(Array(sets))))
        commands.append(.start(set: nil))
        return commands
    }

    /// A counter that is about to wrap at its hardware width.
    private mutating func unemulated(set: UInt16) -> [ReferenceCommand] {
        var settings = CounterSettings()
        settings.value = ReferenceContext.width * UInt64(below(3) + 1) - UInt64(below(3000))
        let image = selectorImage(of: 0)
        return [
            .writePmc(3, set: set, value: image, flags: .noEmulation64),
            .writePmd(3, set: set, settings),
        ]
    }

    private mutating func command() -> ReferenceCommand {
        switch below(1000) {
        case 0..<320: .pass(duration())
        case 320..<440: .writePmd(pmd(), set: setID(), counterSettings())
        case 440..<510: pmcWrite()
        case 510..<540: .readPmd(pmd(), set: setID())
        case 540..<640: .start(set: chance(60) ? nil : setID())
        case 640..<660: .stop
        case 660..<770: .restart
        case 770..<830: .takeMessage
        case 830..<890: .load(target(), set: chance(70) ? 0 : setID())
        case 890..<900: .unload
        case 900..<915: .createSet(setID())
        case 915..<920: .deleteSet(setID())
        case 920..<938: .changeSet(setID(), setSettings())
        case 938..<945: .setUpSet(setID(), setSettings())
        case 945..<950: .setFlags(contextFlags())
        case 950..<955: .setFormat(switches && chance(70) ? bufferSize() : nil)
        case 955..<960: .information(set: setID())
        case 960..<980: .pause(chance(25))
        case 980..<985: .endThread
        case 985..<998: .create
        default: .remove
        }
    }

    private mutating func pmcWrite() -> ReferenceCommand {
        let number = chance(95) ? Int(below(4)) : pick([16, 16, 16, 4, -1])
        var value = selectorImage(of: chance(80) ? frequentEvent() : Int(below(9)))
        if number == 16 { value = UInt64(below(0x1000)) }
        if chance(8) { value ^= 1 << UInt64(below(64)) }
        return .writePmc(
            number,
            set: setID(),
            value: value,
            flags: chance(10) ? .noEmulation64 : []
        )
    }

    private mutating func frequentEvent() -> Int {
        pick([0, 0, 0, 1, 1, 1, 2, 3, 3, 4])
    }

    /// An event, enabled in some mode as a rule.
    private mutating func selectorImage(of event: Int) -> UInt64 {
        let modes: UInt64 = pick([1, 2, 3, 3, 3])
        return ReferenceWorkload.events[event].code | modes << 16 | (chance(92) ? 1 << 22 : 0)
    }

    private mutating func counterSettings() -> CounterSettings {
        var settings = CounterSettings()
        if chance(80) { settings.value = value() }
        if isPeriodic || chance(90) { settings.longReset = value() }
        if isPeriodic || chance(90) { settings.shortReset = value() }
        if !isPeriodic, chance(30) {
            settings.randomMask = pick([0, 0xf, 0xff, 0x3ff, 0x7_0000_003f, .max])
        }
        if chance(70) { settings.switchCount = pick([0, 1, 1, 1, 2, 3]) }
        if !isPeriodic, chance(30) { settings.resetPmds = vector() }
        if chance(20) { settings.sampledPmds = vector() }
        if chance(60) {
            settings.flags = RegisterFlags(rawValue: pick([0, 1, 1, 2, 3, 0, 1, 1, 3, 1, 0, 4, 8]))
        }
        return settings
    }

    private mutating func value() -> UInt64 {
        switch isPeriodic ? 6 + below(26) : below(32) {
        case 0: 0
        case 1: .max
        case 2: 1 << 63
        case 3: (1 << 63) + 1
        case 4: ReferenceContext.width - UInt64(below(300))
        case 5: UInt64(below(5000))
        case 6...7: period(UInt64(below(500)) + 5)
        case 8...9: period(UInt64(below(5000)) + 20)
        default: period(pick(periods))
        }
    }

    private mutating func vector() -> RegisterSet {
        var registers: RegisterSet = []
        for _ in 0..<below(3) { registers.insert(pmd()) }
        return registers
    }

    private mutating func setSettings() -> SetSettings {
        var settings = SetSettings()
        if chance(80) {
            let flags: UInt32 = pick([0, 1, 1, 1, 2, 2, 4, 5, 6, 3])
            settings.flags = SetFlags(rawValue: switches ? flags : flags & 4)
        }
        if chance(70) { settings.timeout = pick([0, 1, 100, 700, 1234, 5000]) }
        if chance(40) { settings.nextID = setID() }
        return settings
    }

    private mutating func contextFlags() -> ContextFlags {
        ContextFlags(rawValue: pick([0, 0x01, 0x01, 0x02, 0x02, 0x80, 0x82, 0x03, 0x4000]))
    }

    private mutating func bufferSize() -> Int {
        pick([100, 223, 224, 264, 300, 500, 1000, 4096, 20_000])
    }

    private mutating func target() -> Target {
        chance(30) ? .cpu(Int(below(3))) : .thread(Int32(100 + below(8)))
    }

    private mutating func duration() -> UInt64 {
        switch below(100) {
        case 0..<2: 0
        case 2..<20: UInt64(below(300)) + 1
        case 20..<60: UInt64(below(3000)) + 1
        case 60..<99: UInt64(below(30_000)) + 1
        default: UInt64(below(300_000)) + 1
        }
    }

    private mutating func setID() -> UInt16 {
        chance(90) ? pick(Array(Self.setIDs.prefix(3))) : pick(Self.setIDs + [9])
    }

    private mutating func pmd() -> Int {
        chance(95) ? Int(below(4)) : pick([16, 17, 18, 5, 320])
    }

    private mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int(below(choices.count))]
    }

    private mutating func chance(_ percent: Int) -> Bool {
        below(100) < percent
    }

    private mutating func below(_ limit: Int) -> Int {
        Int(random.next() % UInt64(limit))
    }
}
