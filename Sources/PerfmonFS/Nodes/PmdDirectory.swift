import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// One PMD of one set.
struct PmdSubject {
    let set: SetSubject
    let number: Int

    var context: Context { self.set.context }

    /// Path of the register's directory below the context.
    var path: String { self.set.path("pmd\(number)") }

    /// The register's state as of now.
    ///
    /// - Throws: EINVAL when it was never used.
    func read(by client: Client) throws(PfmError) -> CounterState {
        try context.readPmd(number, set: set.id, by: client)
    }

    /// Its settings; those of a new register when it was never used.
    var settings: CounterState { self.set.set.counter(number) ?? CounterState() }

    func write(_ settings: CounterSettings, by client: Client) throws(PfmError) {
        try context.writePmd(number, set: set.id, settings, by: client)
    }
}

/// `sets/N/pmdN/`: one data register of a set.
enum PmdDirectory {
    static let table = DirectoryTable<PmdSubject>(
        kind: "pmd",
        files: [value, event, flags, lastReset] + numbers + vectors + times,
        ownership: { $0.set.node.ownership(ofDirectory: $0.path) },
        setOwnership: { $0.set.node.setOwnership(ofDirectory: $0.path, to: $2) },
        fileOwnership: { subject, name, usual in
            subject.set.node.ownership(ofFile: "\(subject.path)/\(name)", usual: usual)
        },
        setFileOwnership: { subject, name, usual, new in
            subject.set.node.setOwnership(ofFile: "\(subject.path)/\(name)", usual: usual, to: new)
        },
        authorise: { (subject, client, _) throws(PfmError) in
            try subject.context.requireProgrammer(client)
        },
        isGone: { $0.set.isGone },
        report: { subject, report in subject.set.node.record(report) }
    )

    private static let value = FileRow<PmdSubject>(
        "value",
        mode: 0o644,
        format: "decimal, unsigned 64 bits; a negative number is its two's complement",
        summary: "What was written plus what was counted.",
        content: .value(
            show: { subject, client, text throws(PfmError) in
                text.append(line: try subject.read(by: client).value)
            },
            store: { subject, client, line throws(PfmError) in
                var settings = CounterSettings()
                settings.value = try Numbers.register(line.trimmed)
                try subject.write(settings, by: client)
            }
        )
    )

    private static let event = FileRow<PmdSubject>(
        "event",
        mode: 0o644,
        format: "an event's name, or none",
        summary: "What the register counts; writing a name pairs its PMC.",
        content: .value(
            show: { subject, _, text in
                text.append(
                    line: subject.context.eventName(ofPmd: subject.number, in: subject.set.set)
                        ?? "none"
                )
            },
            store: { subject, _, line throws(PfmError) in
                let words = line.words
                guard words.count == 1 else {
                    throw PfmError(
                        .invalidArgument,
                        words.isEmpty
                            ? "an empty line names no event" : "a PMD counts one event",
                        hint: "write one event name, or none",
                        subject: words.last?.text
                    )
                }
                try subject.context.setEvent(
                    words[0].text == "none" ? nil : words[0].text,
                    pmd: subject.number,
                    set: subject.set.id
                )
            }
        )
    )

    private static let flags = FileRow<PmdSubject>(
        "flags",
        mode: 0o644,
        format: "words: ovfl_notify random, or none",
        summary: "Whether an overflow is notified, and whether resets are random.",
        content: .value(
            show: { subject, _, text in
                text.append(line: Words.pmd.text(subject.settings.flags))
            },
            store: { subject, client, line throws(PfmError) in
                var settings = CounterSettings()
                settings.flags = try Words.pmd.parse(line)
                try subject.write(settings, by: client)
            }
        )
    )

    private static let lastReset = FileRow<PmdSubject>(
        "last_reset_val",
        mode: 0o444,
        format: "decimal",
        summary: "The value that the last write or reset installed.",
        content: .value(
            show: { subject, client, text throws(PfmError) in
                text.append(line: try subject.read(by: client).lastResetValue)
            },
            store: nil
        )
    )

    private static let numbers: [FileRow<PmdSubject>] = [
        number(
            "long_reset",
            "Value after a notification was restarted.",
            \.longReset,
            \.longReset
        ),
        number(
            "short_reset",
            "Value after an overflow that did not stop monitoring.",
            \.shortReset,
            \.shortReset
        ),
        number(
            "random_mask",
            "Bits of a random number that resets subtract.",
            \.randomMask,
            \.randomMask
        ),
        number(
            "ovfl_switch_cnt",
            "Overflows left before the set is left; 0 is never.",
            \.switchCountLeft,
            \.switchCount
        ),
        number("smpl_eventid", "A number that samples carry.", \.eventID, \.eventID),
    ]

    private static func number(
        _ name: String,
        _ summary: String,
        _ read: any KeyPath<CounterState, UInt64> & Sendable,
        _ write: any WritableKeyPath<CounterSettings, UInt64?> & Sendable
    ) -> FileRow<PmdSubject> {
        FileRow(
            name,
            mode: 0o644,
            format: "decimal, unsigned 64 bits; a negative number is its two's complement",
            summary: summary,
            content: .value(
                show: { subject, _, text in
                    subject.set.node.engine.drain()
                    text.append(line: subject.settings[keyPath: read])
                },
                store: { subject, client, line throws(PfmError) in
                    var settings = CounterSettings()
                    settings[keyPath: write] = try Numbers.register(line.trimmed)
                    try subject.write(settings, by: client)
                }
            )
        )
    }

    private static let vectors: [FileRow<PmdSubject>] = [
        vector(
            "reset_pmds",
            "Registers that are reset when this one overflows.",
            \.resetPmds,
            \.resetPmds
        ),
        vector(
            "smpl_pmds",
            "Registers that are recorded when this one overflows.",
            \.sampledPmds,
            \.sampledPmds
        ),
    ]

    private static func vector(
        _ name: String,
        _ summary: String,
        _ read: any KeyPath<CounterState, RegisterSet> & Sendable,
        _ write: any WritableKeyPath<CounterSettings, RegisterSet?> & Sendable
    ) -> FileRow<PmdSubject> {
        FileRow(
            name,
            mode: 0o644,
            format: "register list such as 0-1,4, or none",
            summary: summary,
            content: .value(
                show: { subject, _, text in
                    text.append(line: subject.settings[keyPath: read].description)
                },
                store: { subject, client, line throws(PfmError) in
                    var settings = CounterSettings()
                    settings[keyPath: write] = try RegisterLists.parse(
                        line.trimmed,
                        prefix: "pmd"
                    )
                    try subject.write(settings, by: client)
                }
            )
        )
    }

    private static let times: [FileRow<PmdSubject>] = [
        time("time_enabled", "Time for which the context was counting.", \.timeEnabled),
        time("time_running", "Time in which this register counted.", \.timeRunning),
    ]

    private static func time(
        _ name: String,
        _ summary: String,
        _ path: any KeyPath<CounterReading, UInt64> & Sendable
    ) -> FileRow<PmdSubject> {
        FileRow(
            name,
            mode: 0o444,
            format: "decimal, nanoseconds",
            summary: summary,
            content: .value(
                show: { subject, _, text throws(PfmError) in
                    let reading = try subject.context.readCounter(
                        subject.number,
                        set: subject.set.id
                    )
                    text.append(line: reading[keyPath: path])
                },
                store: nil
            )
        )
    }
}

/// Lines of `sets/N/pmds`.
enum PmdLines {
    static func longest(_ subject: SetSubject) -> Int {
        subject.set.usedPmds.reduce(0) { total, _ in total + 300 }
    }

    static func show(_ subject: SetSubject, _ text: inout TextBuffer) throws(PfmError) {
        for number in subject.set.usedPmds {
            let reading = try subject.context.readCounter(number, set: subject.id)
            let state = subject.set.counter(number) ?? CounterState()
            text.append("pmd\(number) value=\(state.value) enabled=\(reading.timeEnabled)")
            text.append(" running=\(reading.timeRunning) pct=")
            text.append(hundredths: CounterLines.share(reading))
            text.append(" quality=\(reading.quality.rawValue) event=")
            text.append(line: reading.event)
        }
    }
}
