@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage

/// Registers and sets (sections 4.2, 4.3, 4.10, 4.11, 7.3).
extension ReferenceContext {
    mutating func writePmc(
        _ number: Int,
        _ set: UInt16,
        _ value: UInt64,
        _ flags: RegisterFlags
    ) -> Errno? {
        guard let standard = ReferenceWorkload.defaultValue(ofPmc: number) else {
            return .invalidArgument
        }
        guard flags.isSubset(of: .noEmulation64) else { return .invalidArgument }
        guard let index = index(of: set) else { return .invalidArgument }
        let isUnemulated = flags.contains(.noEmulation64)
        if isUnemulated, number == 16 { return .invalidArgument }
        let reserved = ReferenceWorkload.reservedBits(ofPmc: number)
        var stored = (value & ~reserved) | (standard & reserved)
        if isUnemulated { stored &= ~0x10_0000 }
        if let refusal = Self.refusal(ofPmc: number, stored) { return refusal }

        let before = sets[index]
        let unread = ReferenceReading(wasLoaded: isAttached)
        sets[index].pmcs[number] = stored
        sets[index].unemulated.remove(number)
        if isUnemulated { sets[index].unemulated.insert(number) }
        // A reading is of one event: it begins anew when another is selected.
        let after = sets[index]
        for pmd in after.pmds.keys
        where before.selection(ofPmd: pmd) != after.selection(ofPmd: pmd) {
            sets[index].pmds[pmd]?.reading = unread
        }
        return nil
    }

    /// What the simulated PMU does not have (docs/simulated.md).
    private static func refusal(ofPmc number: Int, _ value: UInt64) -> Errno? {
        guard number < 16, value >> 22 & 1 != 0 else { return nil }
        guard ReferenceWorkload.events.contains(where: { $0.code == value & 0xffff }) else {
            return .notSupportedOnSocket
        }
        if value & 0xff84_0000 != 0 { return .notSupportedOnSocket }
        return value >> 16 & 3 == 0 ? .invalidArgument : nil
    }

    mutating func writePmd(
        _ number: Int,
        _ set: UInt16,
        _ settings: CounterSettings
    ) -> Errno? {
        let known = ReferenceWorkload.pmds
        guard known.contains(number) else { return .invalidArgument }
        let named = Set(settings.resetPmds ?? []).union(settings.sampledPmds ?? [])
        guard named.isSubset(of: known) else { return .invalidArgument }
        guard (settings.flags ?? []).isSubset(of: [.overflowNotify, .random]) else {
            return .invalidArgument
        }
        guard let index = index(of: set) else { return .invalidArgument }
        for used in named.union([number]) where sets[index].pmds[used] == nil {
            var pmd = ReferencePmd()
            pmd.reading.wasLoaded = isAttached
            sets[index].pmds[used] = pmd
        }
        guard var pmd = sets[index].pmds[number] else { return nil }
        if let value = settings.value {
            pmd.value = value
            pmd.lastReset = value
            pmd.reading.restart()
            sets[index].overflowed.remove(number)
        }
        if let count = settings.switchCount {
            pmd.switchCount = count
            pmd.switchLeft = count
        }
        pmd.longReset = settings.longReset ?? pmd.longReset
        pmd.shortReset = settings.shortReset ?? pmd.shortReset
        pmd.randomMask = settings.randomMask ?? pmd.randomMask
        if let resets = settings.resetPmds { pmd.resets = Set(resets) }
        if let sampled = settings.sampledPmds { pmd.sampled = Set(sampled) }
        if let flags = settings.flags {
            pmd.notifies = flags.contains(.overflowNotify)
            pmd.isRandom = flags.contains(.random)
        }
        sets[index].pmds[number] = pmd
        return nil
    }

    mutating func createSet(_ id: UInt16) -> Errno? {
        guard !isAttached else { return .resourceBusy }
        guard index(of: id) == nil else { return .fileExists }
        sets.append(ReferenceSet(id: id))
        sets.sort { $0.id < $1.id }
        return nil
    }

    /// `pfm_create_evtsets`: a set that was made stays, whatever is wrong with its settings, and the
    /// control registers of one that exists take their defaults.
    mutating func setUpSet(_ id: UInt16, _ settings: SetSettings, _ tick: UInt64) -> Errno? {
        guard let index = index(of: id) else {
            return createSet(id) ?? changeSet(id, settings, tick)
        }
        if let refusal = changeSet(id, settings, tick) { return refusal }
        let before = sets[index]
        sets[index].pmcs = [:]
        sets[index].unemulated = []
        for pmd in before.pmds.keys
        where before.selection(ofPmd: pmd) != sets[index].selection(ofPmd: pmd) {
            sets[index].pmds[pmd]?.reading = ReferenceReading()
        }
        return nil
    }

    mutating func deleteSet(_ id: UInt16) -> Errno? {
        guard !isAttached else { return .resourceBusy }
        guard id != 0, index(of: id) != nil else { return .invalidArgument }
        sets.removeAll { $0.id == id }
        if activeID == id { activeID = 0 }
        return nil
    }

    mutating func changeSet(_ id: UInt16, _ settings: SetSettings, _ tick: UInt64) -> Errno? {
        guard !isAttached else { return .resourceBusy }
        guard let index = index(of: id) else { return .invalidArgument }
        let flags = settings.flags ?? sets[index].flags
        guard !flags.isSuperset(of: [.overflowSwitch, .timeSwitch]) else {
            return .invalidArgument
        }
        let timeout = settings.timeout.map { ($0 + tick - 1) / tick * tick }
        let effective = timeout ?? sets[index].timeout
        if flags.contains(.timeSwitch), effective == 0 { return .invalidArgument }
        sets[index].flags = flags
        sets[index].timeout = effective
        sets[index].nextID = settings.nextID ?? sets[index].nextID
        return nil
    }

    /// Clears what belongs to one attachment (`pfm_prepare_sets`); pending resets stay.
    mutating func prepareSet(_ index: Int) {
        sets[index].overflowed = []
        sets[index].mustSwitch = false
        sets[index].runs = 0
        sets[index].settled = 0
        sets[index].sinceStart = 0
        let set = sets[index]
        for number in set.pmds.keys {
            sets[index].pmds[number]?.reading = ReferenceReading(
                wasLoaded: set.selection(ofPmd: number) != nil
            )
        }
    }
}
