import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// One PMD of one set.
struct PmdSubject: ContextPart {
    let set: SetSubject
    let number: Int

    var node: ContextNode { self.set.node }

    /// Path of the register's directory below the context.
    var path: String { self.set.path("pmd\(number)") }

    var register: RegisterAddress { RegisterAddress(number, set: self.set.id) }

    /// The register as a command about it tells.
    func ask(_ command: ContextCommand, by client: Client) throws(PfmError) -> CounterState {
        try node.perform(command, by: client).registers.first ?? CounterState()
    }

    /// A command that changes one setting of the register.
    func setting<Value>(
        _ path: WritableKeyPath<CounterSettings, Value?>,
        _ value: Value
    ) -> ContextCommand {
        var settings = CounterSettings()
        settings[keyPath: path] = value
        return .writePMDs([DataSetting(register, settings)])
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
        isGone: { $0.set.isGone },
        report: { subject, report in subject.set.node.record(report) }
    )

    private static let value = FileRow<PmdSubject>(
        "value",
        mode: 0o644,
        format: "decimal, unsigned 64 bits; a negative number is its two's complement",
        summary: "What was written plus what was counted.",
        content: .commands(
            show: { subject, client, text throws(PfmError) in
                let state = try subject.ask(.readPMDs([subject.register]), by: client)
                text.append(line: state.value)
            },
            decode: { subject, _, line throws(PfmError) in
                subject.setting(\.value, try Numbers.register(line.trimmed))
            }
        )
    )

    private static let event = FileRow<PmdSubject>(
        "event",
        mode: 0o644,
        format: "an event's name, or none",
        summary: "What the register counts; writing a name pairs its PMC.",
        content: .commands(
            show: { subject, _, text in
                text.append(
                    line: subject.context.eventName(ofPmd: subject.number, in: subject.set.set)
                        ?? "none"
                )
            },
            decode: { subject, _, line throws(PfmError) in
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
                let name = words[0].text == "none" ? nil : words[0].text
                return .setEvent(name, subject.register)
            }
        )
    )

    private static let flags = FileRow<PmdSubject>(
        "flags",
        mode: 0o644,
        format: "words: ovfl_notify random, or none",
        summary: "Whether an overflow is notified, and whether resets are random.",
        content: .commands(
            show: { subject, client, text throws(PfmError) in
                let state = try subject.ask(.readSettings(subject.register), by: client)
                text.append(line: Words.pmd.text(state.flags))
            },
            decode: { subject, _, line throws(PfmError) in
                subject.setting(\.flags, try Words.pmd.parse(line))
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
                let state = try subject.ask(.readPMDs([subject.register]), by: client)
                text.append(line: state.lastResetValue)
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
            \.switchCount,
            asking: { .readCountdown($0) }
        ),
        number("smpl_eventid", "A number that samples carry.", \.eventID, \.eventID),
    ]

    private static func number(
        _ name: String,
        _ summary: String,
        _ read: any KeyPath<CounterState, UInt64> & Sendable,
        _ write: any WritableKeyPath<CounterSettings, UInt64?> & Sendable,
        asking command: @escaping @Sendable (RegisterAddress) -> ContextCommand = {
            .readSettings($0)
        }
    ) -> FileRow<PmdSubject> {
        FileRow(
            name,
            mode: 0o644,
            format: "decimal, unsigned 64 bits; a negative number is its two's complement",
            summary: summary,
            content: .commands(
                show: { subject, client, text throws(PfmError) in
                    let state = try subject.ask(command(subject.register), by: client)
                    text.append(line: state[keyPath: read])
                },
                decode: { subject, _, line throws(PfmError) in
                    subject.setting(write, try Numbers.register(line.trimmed))
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
            content: .commands(
                show: { subject, client, text throws(PfmError) in
                    let state = try subject.ask(.readSettings(subject.register), by: client)
                    text.append(line: state[keyPath: read].description)
                },
                decode: { subject, _, line throws(PfmError) in
                    subject.setting(
                        write,
                        try RegisterLists.parse(line.trimmed, prefix: "pmd")
                    )
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
                show: { subject, client, text throws(PfmError) in
                    let result = try subject.node.perform(
                        .readCounter(subject.register),
                        by: client
                    )
                    text.append(line: result.counters.first?[keyPath: path] ?? 0)
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

    static func show(_ readings: [CounterReading], _ text: inout TextBuffer) {
        for reading in readings {
            text.append("pmd\(reading.pmd) value=\(reading.registerValue)")
            text.append(" enabled=\(reading.timeEnabled)")
            text.append(" running=\(reading.timeRunning) pct=")
            text.append(hundredths: CounterLines.share(reading))
            text.append(" quality=\(reading.quality.rawValue) event=")
            text.append(line: reading.event ?? "none")
        }
    }
}
