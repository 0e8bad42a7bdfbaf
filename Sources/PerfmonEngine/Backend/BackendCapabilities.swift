internal import PerfmonEvents
package import PerfmonModel
internal import SystemPackage

/// What a backend can do on this machine (`info/features`). The engine checks it when a flag, an
/// event or a target is set, so that a backend is never asked for what it does not have.
package struct BackendCapabilities: Sendable {
    /// How soon an overflow is known.
    package enum Overflow: Sendable, Equatable {
        /// At the event that overflows.
        case exact
        /// At the next look at the counters, at most this many nanoseconds later.
        case polled(nanoseconds: UInt64)
        /// Never: counters only count.
        case none
    }

    /// Kinds of targets that `attach` takes.
    package var targets: Set<TargetKind>
    /// A thread can be blocked at its overflows (`PFM_FL_NOTIFY_BLOCK`).
    package var canBlock: Bool
    /// The children of a thread can be counted with it.
    package var canInherit: Bool
    package var overflow: Overflow
    /// Overflows can carry their call chain.
    package var callChains: Bool
    /// What the target's processes map and how they are named can be told.
    package var processes: Bool
    /// Kinds of events that can be counted.
    package var eventKinds: Set<EventKind>
    /// What to do about events of other kinds.
    package var eventRemedy: Remedy
    /// Hardware counters of a CPU, programmable and fixed; 0 where there are none.
    package var counters: Int

    package init(
        targets: Set<TargetKind>,
        canBlock: Bool,
        canInherit: Bool,
        overflow: Overflow,
        callChains: Bool,
        processes: Bool,
        eventKinds: Set<EventKind>,
        eventRemedy: Remedy,
        counters: Int
    ) {
        self.targets = targets
        self.canBlock = canBlock
        self.canInherit = canInherit
        self.overflow = overflow
        self.callChains = callChains
        self.processes = processes
        self.eventKinds = eventKinds
        self.eventRemedy = eventRemedy
        self.counters = counters
    }
}

/// Checks of what is asked for against what the backend declares. Each throws EOPNOTSUPP with a
/// sentence that names the backend.
extension CounterBackend {
    func require(_ flags: ContextFlags) throws(PfmError) {
        if flags.contains(.systemWide), capabilities.targets.isDisjoint(with: [.cpu, .cpus]) {
            throw refusal("monitors no whole CPUs", hint: "clear system_wide", "system_wide")
        }
        if flags.contains(.notifyBlock), !capabilities.canBlock {
            throw refusal(
                "cannot block a thread at its overflows",
                hint: "leave out notify_block",
                "notify_block"
            )
        }
        if flags.contains(.inherit), !capabilities.canInherit {
            throw refusal(
                "cannot count the children of a thread",
                hint: "leave out inherit",
                "inherit"
            )
        }
    }

    func require(_ target: Target) throws(PfmError) {
        guard !capabilities.targets.contains(target.kind) else { return }
        let known = TargetKind.allCases.filter(capabilities.targets.contains).map(\.rawValue)
        throw refusal(
            "cannot monitor \(target)",
            hint: "its targets are: \(known.joined(separator: ", "))",
            nil
        )
    }

    /// - Parameter name: the event as the caller wrote it; nil: it wrote a register.
    func require(_ selection: EventSelection, named name: String?) throws(PfmError) {
        guard let kind = selection.kind, !capabilities.eventKinds.contains(kind) else { return }
        let event = name.map { " ('\($0)')" } ?? ""
        throw refusal(
            "does not count \(kind.text) here\(event)",
            remedy: capabilities.eventRemedy,
            name
        )
    }

    func requireOverflows() throws(PfmError) {
        guard capabilities.overflow == .none else { return }
        throw refusal("has no overflows", hint: "let the counters count only", nil)
    }

    func require(_ format: FormatDescription) throws(PfmError) {
        try requireOverflows()
        guard !format.wantsCallChains || capabilities.callChains else {
            throw refusal(
                "has no call chains, which \(format.name) stores",
                remedy: .formatWithoutCallChains,
                format.name
            )
        }
    }

    private func refusal(_ what: String, hint: String, _ subject: String?) -> PfmError {
        refusal(what, remedy: .words(hint), subject)
    }

    private func refusal(_ what: String, remedy: Remedy, _ subject: String?) -> PfmError {
        PfmError(.notSupported, "the \(name) backend \(what)", remedy: remedy, subject: subject)
    }
}
