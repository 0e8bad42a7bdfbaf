import PerfmonEngine
package import PerfmonModel
import SystemPackage

/// Reading numbers as users write them. All throw EINVAL with the word at fault.
package enum Numbers {
    /// A whole unsigned number: decimal, or hexadecimal behind 0x.
    static func unsigned(_ text: String) throws(PfmError) -> UInt64 {
        let digits = text.hasPrefix("0x") || text.hasPrefix("0X") ? text.dropFirst(2) : text[...]
        let radix = digits.count == text.count ? 10 : 16
        guard let first = digits.first, first != "+", first != "-" else { throw notANumber(text) }
        if let number = UInt64(digits, radix: radix) { return number }
        guard digits.allSatisfy(\.isHexDigit), radix == 16 || digits.allSatisfy(\.isNumber) else {
            throw notANumber(text)
        }
        throw PfmError(
            .invalidArgument,
            "\(text) does not fit into 64 bits",
            hint: "the largest is 18446744073709551615",
            subject: text
        )
    }

    /// A 64-bit register value: unsigned, or negative as its two's complement (`-1000` is how
    /// sampling periods are written).
    static func register(_ text: String) throws(PfmError) -> UInt64 {
        guard text.hasPrefix("-") else { return try unsigned(text) }
        guard let number = Int64(text) else { throw notANumber(text) }
        return UInt64(bitPattern: number)
    }

    /// A number within a range.
    static func bounded(
        _ text: String,
        _ range: ClosedRange<UInt64>,
        _ what: String
    ) throws(PfmError) -> UInt64 {
        let number = try unsigned(text)
        guard range.contains(number) else {
            throw PfmError(
                .invalidArgument,
                "\(what) \(text) is out of range",
                hint: "\(range.lowerBound) to \(range.upperBound) are possible",
                subject: text
            )
        }
        return number
    }

    /// A number at the start of a text, and what follows it.
    struct Leading<Number> {
        var number: Number
        /// The text behind the number, without blanks at its ends.
        var rest: String

        /// What is said of the rest: perfmon2's own parser passed over it silently.
        var note: String {
            rest.isEmpty ? "" : "'\(Excerpt.ends(of: rest))' behind the number is ignored"
        }
    }

    /// A signed number at the start of a text, as the kernel's sscanf read the root files: leading
    /// blanks are skipped, whatever follows the digits is ignored.
    static func leadingSigned(_ text: String) throws(PfmError) -> Leading<Int32> {
        let trimmed = CommandLine(text).trimmed
        let sign = trimmed.prefix { $0 == "-" || $0 == "+" }.prefix(1)
        let digits = trimmed.dropFirst(sign.count).prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let number = Int32(sign + digits) else {
            throw notANumber(trimmed, hint: "write decimal digits")
        }
        let rest = trimmed.dropFirst(sign.count + digits.count)
        return Leading(number: number, rest: CommandLine(String(rest)).trimmed)
    }

    /// A size in bytes at the start of a text, read as `leadingSigned` does; K, M or G may follow
    /// the digits. `-1` and `max` are no limit. What looks like another unit is refused, since the
    /// number without it is not what was meant.
    static func leadingSize(_ text: String) throws(PfmError) -> Leading<UInt64> {
        let trimmed = CommandLine(text).trimmed
        let word = CommandLine(text).words.first?.text ?? ""
        if word == "-1" || word == "max" {
            let rest = String(trimmed.dropFirst(word.count))
            return Leading(number: .max, rest: CommandLine(rest).trimmed)
        }
        let digits = word.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty else {
            throw notANumber(
                word,
                hint: "write decimal digits, which K, M or G may follow, or max"
            )
        }
        let letter = word.dropFirst(digits.count).first?.uppercased().first
        let factor = letter.flatMap { sizeUnits[$0] }
        let number = try scaled(try unsigned(String(digits)), factor ?? 1, word)
        let length = digits.count + (factor == nil ? 0 : 1)
        let rest = CommandLine(String(trimmed.dropFirst(length))).trimmed
        if factor == nil, let first = rest.uppercased().first, "KMGTPE".contains(first) {
            throw PfmError(
                .invalidArgument,
                "'\(Excerpt.ends(of: rest))' behind \(digits) is not read as a unit",
                hint: "write K, M or G right behind the digits, as in \(digits)K",
                subject: CommandLine(rest).words.first?.text
            )
        }
        return Leading(number: number, rest: rest)
    }

    private static let sizeUnits: [Character: UInt64] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]

    /// A size in bytes: decimal with an optional suffix K, M or G (powers of 1024).
    package static func size(_ text: String) throws(PfmError) -> UInt64 {
        let units: [(Character, UInt64)] = [("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30)]
        for (letter, factor) in units
        where text.hasSuffix(String(letter)) || text.hasSuffix(letter.lowercased()) {
            return try scaled(try unsigned(String(text.dropLast())), factor, text)
        }
        return try unsigned(text)
    }

    /// A duration in nanoseconds: decimal with an optional suffix ns, us, ms or s.
    package static func duration(_ text: String) throws(PfmError) -> UInt64 {
        let units: [(String, UInt64)] = [
            ("ns", 1), ("us", 1000), ("ms", 1_000_000), ("s", 1_000_000_000),
        ]
        for (suffix, factor) in units where text.hasSuffix(suffix) {
            let digits = String(text.dropLast(suffix.count))
            guard digits.allSatisfy(\.isNumber) else { break }
            return try scaled(try unsigned(digits), factor, text)
        }
        guard text.allSatisfy({ $0.isASCII && $0.isNumber }), !text.isEmpty else {
            throw PfmError(
                .invalidArgument,
                "\(text.isEmpty ? "an empty line" : text) is not a valid duration",
                hint: "write nanoseconds, or a number with ns, us, ms or s",
                subject: text
            )
        }
        return try unsigned(text)
    }

    private static func scaled(
        _ number: UInt64,
        _ factor: UInt64,
        _ text: String
    ) throws(PfmError) -> UInt64 {
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else {
            throw PfmError(
                .invalidArgument,
                "\(text) does not fit into 64 bits",
                hint: "the largest is 18446744073709551615",
                subject: text
            )
        }
        return product
    }

    private static func notANumber(
        _ text: String,
        hint: String = "write decimal digits, or hexadecimal ones behind 0x"
    ) -> PfmError {
        PfmError(
            .invalidArgument,
            "\(text.isEmpty ? "an empty line" : text) is not a number",
            hint: hint,
            subject: text
        )
    }
}
