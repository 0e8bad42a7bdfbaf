import PerfmonEngine
import PerfmonModel

/// `sets/N/pmcN`: one configuration register of a set.
enum PmcFile {
    static func row(_ register: ControlRegister) -> FileRow<SetSubject> {
        let number = register.number
        return FileRow(
            "pmc\(number)",
            mode: 0o644,
            format: "hexadecimal; decimal is accepted, no_emul64 may follow",
            summary: "The value of the register; reserved bits keep their default.",
            content: .commands(
                show: { subject, _, text in
                    text.append(hex: subject.set.pmcValue(register))
                    if subject.set.flags(ofPmc: number).contains(.noEmulation64) {
                        text.append(" no_emul64")
                    }
                    text.newline()
                },
                decode: { subject, _, line throws(PfmError) in
                    let words = line.words
                    let value = try Numbers.register(words.first?.text ?? "")
                    let flags =
                        words.count > 1
                        ? try Words.pmc.parse(
                            CommandLine(words.dropFirst().map(\.text).joined(separator: " "))
                        )
                        : []
                    let address = RegisterAddress(number, set: subject.id)
                    return .writePMCs([ControlSetting(address, value: value, flags: flags)])
                }
            )
        )
    }
}

/// Lines of `sets/N/pmcs`.
enum PmcLines {
    static func longest(_ subject: SetSubject) -> Int {
        subject.set.usedPmcs.reduce(0) { total, _ in total + 80 }
    }

    static func show(_ subject: SetSubject, _ text: inout TextBuffer) {
        for number in subject.set.usedPmcs {
            guard let register = subject.context.pmu.pmc(number) else { continue }
            text.append("pmc\(number) value=")
            text.append(hex: subject.set.pmcValue(register))
            text.append(" name=")
            text.append(register.name)
            if subject.set.flags(ofPmc: number).contains(.noEmulation64) {
                text.append(" flags=no_emul64")
            }
            text.newline()
        }
    }
}
