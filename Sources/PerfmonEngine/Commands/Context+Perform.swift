package import LinuxSupport
package import PerfmonModel
internal import SystemPackage

/// The one way in: every door gives its commands here.
extension Context {
    /// Carries out a command of a client.
    ///
    /// - Throws: ENODEV when the context was removed; what the policy table refuses
    ///   (`ContextCommand.policy`); what the command itself throws.
    @discardableResult
    package func perform(
        _ command: ContextCommand,
        by client: Client
    ) throws(PfmError) -> CommandResult {
        try outcome(of: command, by: client).get()
    }

    /// Carries out a command of a client, and tells what became of it: of a vector that failed in
    /// the middle also what the elements before gave.
    package func outcome(of command: ContextCommand, by client: Client) -> CommandOutcome {
        drainOwnEvents()
        notes = []
        var result = CommandResult.done
        do throws(PfmError) {
            try authorize(command, by: client)
            try carryOut(command, by: client, into: &result)
            return CommandOutcome(result: result, notes: notes, failure: nil)
        } catch {
            return CommandOutcome(result: result, notes: [], failure: error)
        }
    }

    /// Handles what happened to the context before the command, so that the command finds its
    /// state.
    private func drainOwnEvents() {
        engine.drain()
    }

    /// Looks the command up in the policy table.
    private func authorize(_ command: ContextCommand, by client: Client) throws(PfmError) {
        guard !isRemoved else {
            throw PfmError(.operationNotSupportedByDevice, "context \(name) was removed")
        }
        let policy = command.policy
        if policy.right != .holder { try requireLoader(client) }
        if case .load(let target, _) = command, policy.caller.contains(.target) {
            try requireLoadable(target, by: client)
        }
        // The original looked for an unloaded context before it looked at the caller.
        if policy.states.legal == .unloaded { try requireState(for: command) }
        try requireCaller(client, policy.caller)
        try requireState(for: command)
        if policy.right == .programmer { try reauthorize(client) }
    }

    /// The commands behind their policy. Vectors are carried out element by element.
    private func carryOut(
        _ command: ContextCommand,
        by client: Client,
        into result: inout CommandResult
    ) throws(PfmError) {
        switch command {
        case .setFlags(let flags): try changeFlags(to: flags, by: client)
        case .setEvents(let names, let set): try nameEvents(names, set: set)
        case .setEvent(let name, let register): try nameEvent(name, of: register)
        case .setFormat(let choice): try chooseFormat(choice, by: client)
        case .setNotification(let request): try requestSignals(request, by: client)
        case .writePMCs(let settings):
            var stored: [UInt64] = []
            defer { result = .controls(stored) }
            try each(settings) { (setting) throws(PfmError) in
                stored.append(try install(setting))
            }
        case .writePMDs(let settings):
            try each(settings) { (setting) throws(PfmError) in try install(setting) }
        case .readPMDs(let registers):
            var counters: [CounterState] = []
            defer { result = .registers(counters) }
            try each(registers) { (register) throws(PfmError) in
                counters.append(try value(of: register))
            }
        case .createSets(let sets, let exclusively):
            try eachSet(sets) { (set) throws(PfmError) in
                try setUp(set, exclusively: exclusively)
            }
            result = .sets(try sets.map { (set) throws(PfmError) in try information(of: set.id) })
        case .changeSets(let sets):
            try eachSet(sets) { (set) throws(PfmError) in try change(set) }
        case .deleteSets(let sets):
            try eachSet(sets) { (set) throws(PfmError) in try delete(set) }
        case .infoOfSets(let sets):
            var found: [SetInformation] = []
            defer { result = .sets(found) }
            try eachSet(sets) { (set) throws(PfmError) in found.append(try information(of: set)) }
        case .load(let target, let set): try attach(to: target, startingWith: set, by: client)
        case .unload: takeOff()
        case .start(let set): try startMonitoring(with: set)
        case .startAtExec: try startMonitoringAtExec()
        case .stop: stopMonitoring()
        case .restart: try acknowledgeOverflow()
        case .readCounters(let set): result = .counters(try readings(ofSet: set))
        case .readCounter(let register): result = .counters([try reading(of: register)])
        case .readSettings(let register), .readCountdown(let register):
            result = .registers([try settings(of: register)])
        case .viewSet(let set): result = .view(try snapshotOfView(ofSet: set))
        case .readStanding: result = .standing(standing)
        case .readMessages: result = .messages(messages.all)
        case .takeMessage: result = .messages(messages.popFirst().map { [$0] } ?? [])
        case .returnMessages(let taken, let epoch):
            messages.putBack(taken, epoch: epoch)
            engine.observer?.messagesArrived(in: self)
        case .remove: engine.removeContext(self)
        }
    }

    /// As `each`; of sets the original told one flaw only.
    private func eachSet<Element>(
        _ elements: [Element],
        _ body: (Element) throws(PfmError) -> Void
    ) throws(PfmError) {
        do throws(PfmError) {
            try each(elements, body)
        } catch {
            var failure = error
            failure.flaw = .invalid
            throw failure
        }
    }

    /// Carries out a vector up to the first element that fails, and notes which one that is.
    private func each<Element>(
        _ elements: [Element],
        _ body: (Element) throws(PfmError) -> Void
    ) throws(PfmError) {
        for (index, element) in elements.enumerated() {
            do throws(PfmError) {
                try body(element)
            } catch {
                var failure = error
                failure.element = index
                failure.flaw = error.flaw ?? .invalid
                if elements.count > 1 { failure.message = "element \(index): \(error.message)" }
                throw failure
            }
        }
    }
}
