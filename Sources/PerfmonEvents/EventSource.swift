package import PerfmonModel

/// One table of event names: the kernel's generic events, a PMU of sysfs, tracefs, libpfm4, or the
/// simulated PMU's own.
///
/// Long listings are made by a thread of their own, so any thread may ask.
package protocol EventSource: AnyObject, Sendable {
    /// Names of the PMUs whose events this source lists (`events/<pmu>/`).
    func pmus() -> [String]

    /// Names of all events of one PMU, fit to be names of files in `events/<pmu>/`. What `resolve`
    /// takes is in the description: `tsc` of PMU `msr` is written `msr/tsc/`.
    func eventNames(pmu: String) -> [String]

    /// Whether there is an event of this name; a directory is asked for each of its files.
    func has(pmu: String, event: String) -> Bool

    /// Everything known of one event; nil when this source does not have it.
    func describe(pmu: String, event: String) -> EventDescription?

    /// Finds the encoding of a name as users write it: `page-faults`, `cycles:u`,
    /// `msr/tsc/`, `sched:sched_switch`, `mem:0x4000:w`.
    ///
    /// - Returns: nil when the name is not of this source's form or not in its table.
    /// - Throws: EINVAL for a name that is this source's but written wrongly, EOPNOTSUPP for an
    ///   event that this machine does not have.
    func resolve(_ name: String) throws(PfmError) -> EventSelection?

    /// The canonical name of an encoding; nil when this source has none for it.
    func name(of selection: EventSelection) -> String?

    /// Names that resemble an unknown one, nearest first; used in error messages.
    func namesNear(_ name: String) -> [String]

    /// Name and text of one event in long listings; cheaper than `describe` where that is slow.
    func listed(pmu: String, event: String) -> (name: String, text: String)

    /// Why a name that no source knows might be this source's all the same, with what the user can
    /// do; nil when it could not.
    func reasonMissing(_ name: String) -> String?
}

extension EventSource {
    package func has(pmu: String, event: String) -> Bool {
        describe(pmu: pmu, event: event) != nil
    }

    package func listed(pmu: String, event: String) -> (name: String, text: String) {
        describe(pmu: pmu, event: event).map { ($0.name, $0.text) } ?? (event, "")
    }

    package func reasonMissing(_ name: String) -> String? {
        nil
    }
}

/// What `events/<pmu>/<EVENT>` shows.
package struct EventDescription: Sendable {
    package var pmu: String
    /// What `resolve` takes; a form such as `mem:ADDRESS` when `selection` is nil.
    package var name: String
    /// One line of prose; empty when nothing is known.
    package var text: String
    /// The encoding, when the name alone determines it.
    package var selection: EventSelection?
    /// Words that may follow the name, each with its meaning.
    package var modifiers: [(name: String, text: String)]

    package init(
        pmu: String,
        name: String,
        text: String,
        selection: EventSelection?,
        modifiers: [(name: String, text: String)] = []
    ) {
        self.pmu = pmu
        self.name = name
        self.text = text
        self.selection = selection
        self.modifiers = modifiers
    }
}
