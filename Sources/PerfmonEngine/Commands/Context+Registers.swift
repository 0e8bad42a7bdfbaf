internal import PerfmonEvents
package import PerfmonModel
internal import SystemPackage

extension Context {
    /// Writes one control register (`pfm_write_pmcs`, one element).
    ///
    /// - Effect: reserved bits take their default, silently but for the note; a counter that is
    ///   attached is reprogrammed.
    /// - Returns: the value that was stored.
    /// - Throws: EINVAL for a register or set that does not exist and for flags or bits the
    ///   register does not take; EOPNOTSUPP when the machine cannot count the event.
    func install(_ setting: ControlSetting) throws(PfmError) -> UInt64 {
        let number = setting.register.number
        let (value, flags) = (setting.value, setting.flags)
        guard let register = pmu.pmc(number) else {
            throw unimplemented("pmc", number, pmu.implementedPmcs, flaw: .notAvailable)
        }
        guard flags.isSubset(of: .noEmulation64) else {
            throw PfmError(
                .invalidArgument,
                "pmc\(number): the only flag of a PMC is no_emul64"
            )
        }
        let set = try requireSet(setting.register.set)
        if flags.contains(.noEmulation64), register.noEmulation64Mask == 0 {
            throw PfmError(
                .invalidArgument,
                "pmc\(number) does not take no_emul64",
                subject: "no_emul64"
            )
        }
        let isGeneric = register.acceptsGeneric && value & SelectorBits.generic != 0
        let reserved = isGeneric ? 0 : register.reservedMask
        var stored = (value & ~reserved) | (register.defaultValue & reserved)
        if flags.contains(.noEmulation64) {
            stored &= ~register.noEmulation64Mask
        }
        try install(stored, in: register, of: set, flags: flags)
        let kept = (value ^ stored) & reserved
        if kept != 0 { notes.append(.reservedBits(kept)) }
        return stored
    }

    /// Writes one data register (`pfm_write_pmds`, one element). While masked only the virtual
    /// value changes; it reaches the hardware at restart.
    ///
    /// - Throws: EINVAL for a register or set that does not exist, or a vector that names one.
    func install(_ setting: DataSetting) throws(PfmError) {
        let number = setting.register.number
        let settings = setting.settings
        guard pmu.pmd(number) != nil else {
            throw unimplemented("pmd", number, pmu.implementedPmds)
        }
        for vector in [settings.sampledPmds, settings.resetPmds] {
            if let stray = vector?.subtracting(pmu.implementedPmds).first {
                throw unimplemented("pmd", stray, pmu.implementedPmds)
            }
        }
        if let flags = settings.flags, !flags.isSubset(of: [.overflowNotify, .random]) {
            let isOfPmcs = flags.contains(.noEmulation64)
            throw PfmError(
                .invalidArgument,
                isOfPmcs
                    ? "pmd\(number): no_emul64 is a flag of PMCs"
                    : "pmd\(number): unknown flags 0x\(String(flags.rawValue, radix: 16))",
                hint: "a PMD takes ovfl_notify and random",
                subject: isOfPmcs ? "no_emul64" : nil
            )
        }
        if settings.flags?.contains(.overflowNotify) == true {
            try engine.backend.requireOverflows()
        }
        let set = try requireSet(setting.register.set)
        try requireChangeable()
        try whileHalted(set) { (set) throws(PfmError) in
            let (counters, used) = (set.counters, set.usedPmds)
            use(number, in: set)
            apply(settings, to: number, of: set)
            for named in set.counters[number]?.referencedPmds ?? [] { use(named, in: set) }
            guard set.usedPmds != used, isAttached else { return }
            do throws(PfmError) {
                try reprogram(set)
            } catch {
                set.counters = counters
                throw error
            }
        }
    }

    /// Reads one data register (`pfm_read_pmds`, one element), as of now.
    ///
    /// - Throws: EINVAL when the register is not implemented or was never used in the set; ENODATA
    ///   when the hardware never counted although it should have.
    func value(of register: RegisterAddress) throws(PfmError) -> CounterState {
        let set = try requireRegister(register)
        let number = register.number
        refresh(set)
        guard let counter = set.counters[number] else {
            throw PfmError(
                .invalidArgument,
                "pmd\(number) was never used in set \(set.id)",
                remedy: .useRegister(number)
            )
        }
        let isEnabled =
            set.program?.counters.contains { $0.pmd == number } ?? counter.wasLoaded
        if isEnabled, set.timeEnabled > 0, set.timeRunning == 0 {
            throw PfmError(
                .noData,
                "pmd\(number) was not counted: running 0 of \(set.timeEnabled) ns, because other "
                    + "users hold the hardware counters"
            )
        }
        return counter
    }

    /// What was written to a data register, and what is left of its countdown; first settings when
    /// it was never used.
    ///
    /// - Throws: EINVAL when the register or the set does not exist.
    func settings(of register: RegisterAddress) throws(PfmError) -> CounterState {
        try requireRegister(register).counter(register.number) ?? CounterState()
    }

    /// The set of a data register.
    ///
    /// - Throws: EINVAL when the register is not implemented or the set does not exist.
    func requireRegister(_ register: RegisterAddress) throws(PfmError) -> EventSet {
        guard pmu.pmd(register.number) != nil else {
            throw unimplemented("pmd", register.number, pmu.implementedPmds)
        }
        return try requireSet(register.set)
    }

    /// What a PMD counts in a set; nil when its control register does not enable it.
    package func selection(ofPmd number: Int, in set: EventSet) -> EventSelection? {
        guard let register = pmu.pmd(number) else { return nil }
        switch register.control {
        case .selector(let pmc):
            guard let control = pmu.pmc(pmc) else { return nil }
            let value = set.pmcValue(control)
            guard value & SelectorBits.enable != 0 else { return nil }
            guard value & SelectorBits.generic != 0 else { return .programmable(value) }
            let operand = GenericLayout.operandRegister(in: value)
            return .generic(
                GenericLayout.selectionImage(value),
                operand: operand == 0 ? 0 : set.pmcValues[operand] ?? 0
            )
        case .fixed(let pmc, let index):
            guard let control = pmu.pmc(pmc) else { return nil }
            let nibble = UInt8((set.pmcValue(control) >> UInt64(4 * index)) & 0xf)
            return nibble & 0x3 == 0 ? nil : .fixed(index: index, control: nibble)
        }
    }

    private func install(
        _ value: UInt64,
        in register: ControlRegister,
        of set: EventSet,
        flags: RegisterFlags
    ) throws(PfmError) {
        let oldSelections = selections(in: set)
        let oldValue = set.pmcValues[register.number]
        let wasUnemulated = set.unemulatedPmcs.contains(register.number)
        set.pmcValues[register.number] = value
        set.unemulatedPmcs.remove(register.number)
        if flags.contains(.noEmulation64) { set.unemulatedPmcs.insert(register.number) }
        do throws(PfmError) {
            try validateCounters(controlledBy: register, in: set)
            try whileHalted(set) { (set) throws(PfmError) in
                if isAttached { try reprogram(set) }
            }
            set.usedPmcs.insert(register.number)
            for (number, selection) in selections(in: set)
            where selection != oldSelections[number] {
                restartReading(of: number, in: set)
                set.counters[number]?.wasLoaded = isAttached
            }
        } catch {
            set.pmcValues[register.number] = oldValue
            set.unemulatedPmcs.remove(register.number)
            if wasUnemulated { set.unemulatedPmcs.insert(register.number) }
            throw error
        }
    }

    /// Gives every control register of a set its default; the set must not be on the hardware. Data
    /// registers keep what they are, but their readings are of one event and begin anew with
    /// another.
    ///
    /// - Returns: whether a register had another value.
    func resetControls(of set: EventSet) -> Bool {
        let oldSelections = selections(in: set)
        let old = set.pmcValues
        set.pmcValues = [:]
        set.unemulatedPmcs = []
        set.eventNames = [:]
        for (number, selection) in oldSelections
        where selection != self.selection(ofPmd: number, in: set) {
            restartReading(of: number, in: set)
            set.counters[number]?.wasLoaded = false
        }
        return old.keys.contains { old[$0] != pmu.pmc($0)?.defaultValue }
    }

    private func selections(in set: EventSet) -> [Int: EventSelection] {
        var selections: [Int: EventSelection] = [:]
        for number in set.counters.keys {
            selections[number] = selection(ofPmd: number, in: set)
        }
        return selections
    }

    /// Asks the backend about every counter that a control register enables.
    private func validateCounters(
        controlledBy register: ControlRegister,
        in set: EventSet
    ) throws(PfmError) {
        let numbers: [Int]
        switch register.role {
        case .selector(let pmd):
            numbers = [pmd]
            try requireOperand(of: set.pmcValue(register), named: register.number)
        case .fixedControl(let first, let count): numbers = Array(first..<first + count)
        case .operand: numbers = []
        }
        for number in numbers {
            guard let selection = selection(ofPmd: number, in: set) else { continue }
            do throws(PfmError) {
                try engine.backend.require(selection, named: nil)
                try engine.backend.validate(
                    selection,
                    systemWide: flags.contains(.systemWide)
                )
            } catch {
                throw PfmError(
                    error.code,
                    "pmc\(register.number): \(error.message)",
                    remedy: error.remedy,
                    subject: error.subject
                )
            }
        }
    }

    private func requireOperand(of value: UInt64, named number: Int) throws(PfmError) {
        guard value & SelectorBits.generic != 0 else { return }
        let operand = GenericLayout.operandRegister(in: value)
        let operands = RegisterSet(pmu.pmcs.filter { $0.role == .operand }.map(\.number))
        if operand == 0 {
            guard GenericLayout.needsOperand(value) else { return }
        } else if operands.contains(operand) {
            return
        }
        throw PfmError(
            .invalidArgument,
            operand == 0
                ? "pmc\(number): the event has an operand, and bits 31:24 name no register of it"
                : "pmc\(number): bits 31:24 name pmc\(operand), which is no operand register",
            hint: "operand registers are pmc \(operands)"
        )
    }

    /// Makes a PMD one of those that the set uses.
    private func use(_ number: Int, in set: EventSet) {
        guard set.counters[number] == nil else { return }
        set.counters[number] = CounterState()
        restartReading(of: number, in: set)
    }

    private func apply(_ settings: CounterSettings, to number: Int, of set: EventSet) {
        if settings.value != nil { restartReading(of: number, in: set) }
        guard var counter = set.counters[number] else { return }
        if let value = settings.value {
            counter.value = value
            counter.lastResetValue = value
            set.overflowedPmds.remove(number)
            set.forgetOverflow(of: number)
        }
        if let count = settings.switchCount {
            counter.switchCount = count
            counter.switchCountLeft = count
        }
        counter.longReset = settings.longReset ?? counter.longReset
        counter.shortReset = settings.shortReset ?? counter.shortReset
        counter.randomMask = settings.randomMask ?? counter.randomMask
        counter.eventID = settings.eventID ?? counter.eventID
        counter.resetPmds = settings.resetPmds ?? counter.resetPmds
        counter.sampledPmds = settings.sampledPmds ?? counter.sampledPmds
        counter.flags = settings.flags ?? counter.flags
        set.counters[number] = counter
    }

    func unimplemented(
        _ kind: String,
        _ number: Int,
        _ known: RegisterSet,
        flaw: PfmError.Flaw = .invalid
    ) -> PfmError {
        PfmError(
            .invalidArgument,
            "\(kind)\(number) is not implemented",
            remedy: .knownRegisters(kind, known),
            subject: "\(kind)\(number)",
            flaw: flaw
        )
    }
}

extension CounterState {
    /// The registers that an overflow of this one touches or records.
    var referencedPmds: RegisterSet { resetPmds.union(sampledPmds) }
}
