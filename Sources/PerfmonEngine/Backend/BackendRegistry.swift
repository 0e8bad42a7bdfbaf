package import LinuxSupport
package import PerfmonModel
internal import SystemPackage

/// One backend, as the program knows it: everything that is said of it before it is made. A new
/// backend is a target of its own and one row of the program's registry.
package struct BackendRow: Sendable {
    /// The word of `-o backend=`.
    package let name: String
    /// Whether `backend=auto` takes it, if it works and none before it does.
    package let isAutomatic: Bool
    /// Why it cannot work on this machine; nil: it can.
    package let probe: @Sendable () -> String?
    /// What `info/backends` says of it beside the reason, as key and value.
    package let facts: @Sendable () -> [(key: String, value: String)]
    /// What it needs of root's privileges once it runs.
    package let privileges: [Privilege]
    /// What it needs of the system calls that the daemon refuses itself otherwise.
    package let systemCalls: BackendCalls
    /// Makes it ready. Called once, before the program has threads.
    package let make: @Sendable (BackendSettings) throws(PfmError) -> any CounterBackend

    package init(
        name: String,
        isAutomatic: Bool,
        privileges: [Privilege] = [],
        systemCalls: BackendCalls = [],
        probe: @escaping @Sendable () -> String?,
        facts: @escaping @Sendable () -> [(key: String, value: String)] = { [] },
        make: @escaping @Sendable (BackendSettings) throws(PfmError) -> any CounterBackend
    ) {
        self.name = name
        self.isAutomatic = isAutomatic
        self.privileges = privileges
        self.systemCalls = systemCalls
        self.probe = probe
        self.facts = facts
        self.make = make
    }

    /// The backend's line in `info/backends`, as of now.
    package var report: BackendReport {
        let reason = probe()
        return BackendReport(
            name: name,
            isAvailable: reason == nil,
            facts: facts() + (reason.map { [("reason", $0)] } ?? [])
        )
    }
}

/// What the mount options say to backends.
package struct BackendSettings: Sendable {
    /// Time moves by hand (`simulated_clock=manual`).
    package var hasManualClock = false

    package init() {}
}

/// System calls that are refused to a daemon whose backend does not need them.
package struct BackendCalls: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// perf_event_open(2).
    package static let events = BackendCalls(rawValue: 1)
    /// The requests of ptrace(2) that block a thread and read nothing of it.
    package static let traces = BackendCalls(rawValue: 2)
}

/// One backend's line in `info/backends`.
package struct BackendReport: Sendable {
    package var name: String
    package var isAvailable: Bool
    /// Facts and reasons as key and value; values with blanks are shown in quotes.
    package var facts: [(key: String, value: String)]

    package init(name: String, isAvailable: Bool, facts: [(key: String, value: String)]) {
        self.name = name
        self.isAvailable = isAvailable
        self.facts = facts
    }
}

/// The backends that a program has, in the order of their preference.
package struct BackendRegistry: Sendable {
    /// The word that takes the first one that works.
    package static let automatic = "auto"

    package let rows: [BackendRow]

    package init(_ rows: [BackendRow]) {
        self.rows = rows
    }

    /// The words of `-o backend=`.
    package var words: [String] { [Self.automatic] + rows.map(\.name) }

    /// All lines of `info/backends`.
    package var reports: [BackendReport] { rows.map(\.report) }

    /// Makes the backend of a word.
    ///
    /// - Throws: EINVAL for an unknown word, ENOSYS when that backend cannot work here, and what
    ///   the backend itself says.
    package func make(
        _ word: String,
        _ settings: BackendSettings
    ) throws(PfmError) -> (row: BackendRow, backend: any CounterBackend) {
        let row = try row(word)
        return (row, try row.make(settings))
    }

    private func row(_ word: String) throws(PfmError) -> BackendRow {
        guard word != Self.automatic else { return try automaticRow() }
        guard let row = rows.first(where: { $0.name == word }) else {
            throw PfmError(
                .invalidArgument,
                "there is no backend '\(word)'",
                hint: "backend= takes \(words.joined(separator: ", "))",
                subject: word
            )
        }
        return row
    }

    /// The first automatic one that works. If none does, the first is asked to work all the same:
    /// its own refusal says most.
    private func automaticRow() throws(PfmError) -> BackendRow {
        let candidates = rows.filter(\.isAutomatic)
        guard let row = candidates.first(where: { $0.probe() == nil }) ?? candidates.first else {
            throw PfmError(.noFunction, "no backend can be chosen automatically")
        }
        return row
    }
}
