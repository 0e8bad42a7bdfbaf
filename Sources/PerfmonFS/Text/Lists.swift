import PerfmonEngine
import PerfmonModel
import SystemPackage

/// Reading lists of registers, such as `0-1,4` or `pmd0,pmd4`.
enum RegisterLists {
    /// - Parameter prefix: the word that may stand before each number, `pmc` or `pmd`.
    /// - Throws: EINVAL with the part at fault.
    static func parse(_ text: String, prefix: String) throws(PfmError) -> RegisterSet {
        var result = RegisterSet()
        if text == "none" { return result }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard !text.isEmpty else {
            throw PfmError(
                .invalidArgument,
                "an empty line is not a list of registers",
                hint: "write a list such as 0-1,4, or none"
            )
        }
        for part in parts {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count <= 2, let first = number(ends[0], prefix),
                let last = number(ends[ends.count - 1], prefix), first <= last
            else {
                throw PfmError(
                    .invalidArgument,
                    "\(part) is not a list of registers",
                    hint: "write numbers from 0 to \(RegisterLimits.count - 1), as in 0-1,4, "
                        + "or none",
                    subject: String(part)
                )
            }
            for member in first...last { result.insert(member) }
        }
        return result
    }

    private static func number(_ text: Substring, _ prefix: String) -> Int? {
        let digits = text.hasPrefix(prefix) ? text.dropFirst(prefix.count) : text
        guard let number = Int(digits), number >= 0, number < RegisterLimits.count,
            !digits.hasPrefix("+")
        else { return nil }
        return number
    }
}

/// Words that stand for the bits of a set of flags.
struct FlagWords<Flags: OptionSet & Sendable>
where Flags.RawValue == UInt32, Flags.Element == Flags {
    let words: [(word: String, flag: Flags)]
    /// Bits of the binary interface that are passed over, as the original did.
    var ignored: UInt32 = 0

    /// The words of a set of flags in their order; `none` when it is empty.
    func text(_ flags: Flags) -> String {
        let set = words.filter { flags.contains($0.flag) }.map(\.word)
        return set.isEmpty ? "none" : set.joined(separator: " ")
    }

    /// Reads words, or one hexadecimal number of the binary interface.
    ///
    /// - Throws: EINVAL with the word at fault and the words that are known.
    func parse(_ line: CommandLine) throws(PfmError) -> Flags {
        let given = line.words
        guard !given.isEmpty else {
            throw PfmError(
                .invalidArgument,
                "an empty line names no flag",
                hint: "\(known) are known"
            )
        }
        if given.count == 1, given[0].text.first?.isNumber ?? false {
            return try parse(number: given[0].text)
        }
        var flags: Flags = []
        for word in given {
            if word.text == "none", given.count == 1 { return [] }
            guard let match = words.first(where: { $0.word == word.text }) else {
                throw PfmError(
                    .invalidArgument,
                    "\(word.text) is not a flag here",
                    hint: "\(known) are known",
                    subject: word.text
                )
            }
            flags.formUnion(match.flag)
        }
        return flags
    }

    private func parse(number text: String) throws(PfmError) -> Flags {
        let value = try Numbers.bounded(text, 0...UInt64(UInt32.max), "the flag word")
        let all = words.reduce(into: Flags()) { $0.formUnion($1.flag) }
        let unknown = UInt32(value) & ~all.rawValue & ~ignored
        guard unknown == 0 else {
            throw PfmError(
                .invalidArgument,
                "bits 0x\(String(unknown, radix: 16)) mean nothing here",
                hint: "\(known) are 0x\(String(all.rawValue, radix: 16)) together",
                subject: text
            )
        }
        return Flags(rawValue: UInt32(value) & all.rawValue)
    }

    private var known: String {
        (words.map(\.word) + ["none"]).joined(separator: ", ")
    }
}

/// The words of perfmon2's three kinds of flags.
enum Words {
    static let context = FlagWords<ContextFlags>(
        words: [
            ("notify_block", .notifyBlock), ("system_wide", .systemWide), ("map_sets", .mapSets),
            ("ovfl_no_msg", .overflowNoMessage), ("inherit", .inherit),
        ],
        ignored: .max
    )
    static let set = FlagWords<SetFlags>(
        words: [
            ("ovfl_switch", .overflowSwitch), ("time_switch", .timeSwitch),
            ("expl_next", .explicitNext),
        ],
        ignored: .max
    )
    static let pmd = FlagWords<RegisterFlags>(
        words: [("ovfl_notify", .overflowNotify), ("random", .random)],
        ignored: errorBits
    )
    static let pmc = FlagWords<RegisterFlags>(
        words: [("no_emul64", .noEmulation64)],
        ignored: errorBits
    )

    /// Where the original told what was wrong with a register (`PFM_REG_RETFL_MASK`).
    private static let errorBits: UInt32 = 0xE000_0000
}
