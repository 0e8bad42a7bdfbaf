internal import PerfmonEvents
internal import PerfmonModel
internal import SystemPackage

/// Programming a set by event names: the same registers, seen from above.
extension Context {
    /// Gives each name a counter (`ContextCommand.setEvents`).
    ///
    /// - Throws: ENOENT for an unknown name, EOPNOTSUPP for an event this machine does not have,
    ///   ENOSPC when there are more names than counters.
    func nameEvents(_ names: [String], set id: UInt16) throws(PfmError) {
        let selections = try resolve(names)
        if set(id) == nil { try makeSet(id) }
        let set = try requireSet(id)
        for number in set.eventNames.keys { clearEvent(number, in: set) }
        for (index, name) in names.enumerated() {
            assign(name, selections[index], to: pmu.namedCounters[index], in: set)
        }
    }

    /// Gives one PMD an event by name, and pairs its PMC.
    ///
    /// - Throws: as `nameEvents`; EINVAL when the PMD takes no named event.
    func nameEvent(_ name: String?, of register: RegisterAddress) throws(PfmError) {
        let set = try requireSet(register.set)
        let number = register.number
        guard pmu.pmd(number) != nil else {
            throw unimplemented("pmd", number, pmu.implementedPmds)
        }
        guard pmu.namedCounters.contains(number) else {
            throw PfmError(
                .invalidArgument,
                "pmd\(number) takes no event by name",
                hint: "pmd \(RegisterSet(pmu.namedCounters)) do; program the others by "
                    + "their PMC"
            )
        }
        guard let name else { return clearEvent(number, in: set) }
        let selections = try resolve([name])
        clearEvent(number, in: set)
        assign(name, selections[0], to: number, in: set)
    }

    /// What a PMD of a set counts, as the user wrote it or as the catalogue calls it; nil when it
    /// counts nothing.
    package func eventName(ofPmd number: Int, in set: EventSet) -> String? {
        guard let selection = selection(ofPmd: number, in: set) else { return nil }
        if let known = set.eventNames[number], known.selection == selection {
            return known.name
        }
        return engine.catalog.name(of: selection)
    }

    private func resolve(_ names: [String]) throws(PfmError) -> [EventSelection] {
        guard names.count <= pmu.namedCounters.count else {
            throw PfmError(
                .noSpace,
                "\(names.count) events do not fit in one set, which counts "
                    + "\(pmu.namedCounters.count)",
                hint: "put the others in another set, as in set1: EVENT ...",
                subject: names[pmu.namedCounters.count]
            )
        }
        var selections: [EventSelection] = []
        for name in names {
            do throws(PfmError) {
                let selection = try engine.catalog.resolve(name)
                try engine.backend.require(selection, named: name)
                try engine.backend.validate(
                    selection,
                    systemWide: flags.contains(.systemWide)
                )
                selections.append(selection)
            } catch {
                throw PfmError(
                    error.code,
                    error.message.contains(name) ? error.message : "\(name): \(error.message)",
                    remedy: error.remedy,
                    subject: name
                )
            }
        }
        return selections
    }

    private func assign(
        _ name: String,
        _ selection: EventSelection,
        to number: Int,
        in set: EventSet
    ) {
        guard case .selector(let pmc)? = pmu.pmd(number)?.control else { return }
        switch selection {
        case .programmable(let image):
            set.pmcValues[pmc] = image
        case .generic(let image, let operand):
            let register = pmu.operandRegister(for: number)
            set.pmcValues[pmc] =
                operand == 0
                ? image : GenericLayout.registerImage(image, operandRegister: register)
            if operand != 0 {
                set.pmcValues[register] = operand
                set.usedPmcs.insert(register)
            }
        case .fixed:
            return
        }
        set.usedPmcs.insert(pmc)
        set.unemulatedPmcs.remove(pmc)
        set.overflowedPmds.remove(number)
        set.pendingResets.remove(number)
        set.counters[number] = CounterState()
        if let stored = self.selection(ofPmd: number, in: set) {
            set.eventNames[number] = (name, stored)
        }
    }

    private func clearEvent(_ number: Int, in set: EventSet) {
        set.eventNames[number] = nil
        set.counters[number] = nil
        set.overflowedPmds.remove(number)
        set.pendingResets.remove(number)
        guard case .selector(let pmc)? = pmu.pmd(number)?.control else { return }
        set.pmcValues[pmc] = nil
        set.unemulatedPmcs.remove(pmc)
        set.usedPmcs.remove(pmc)
        let operand = pmu.operandRegister(for: number)
        set.pmcValues[operand] = nil
        set.usedPmcs.remove(operand)
    }
}

extension PmuDescription {
    /// The operand register that names give to a PMD: the operand as many places behind the first
    /// one as the PMD is behind PMD 0; 0 when the PMU has none.
    func operandRegister(for pmd: Int) -> Int {
        guard let first = pmcs.first(where: { $0.role == .operand })?.number else { return 0 }
        return pmc(first + pmd)?.role == .operand ? first + pmd : 0
    }
}
