import PerfmonEngine
import PerfmonFS
import PerfmonModel
import SystemPackage

/// The values that mount options have. Each function throws EINVAL with what it would have taken.
enum OptionValue {
    /// One of the words of a type.
    static func word<Word: RawRepresentable & CaseIterable>(
        _ text: String
    ) throws(PfmError) -> Word where Word.RawValue == String {
        guard let word = Word(rawValue: text) else {
            throw refusal(text, Word.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return word
    }

    /// One of several words.
    static func word(_ text: String, of words: [String]) throws(PfmError) -> String {
        guard words.contains(text) else { throw refusal(text, words.joined(separator: ", ")) }
        return text
    }

    /// A number from 1.
    static func count(_ text: String) throws(PfmError) -> Int {
        guard let number = decimal(text).flatMap(Int.init(exactly:)), number > 0 else {
            throw refusal(text, "a number from 1")
        }
        return number
    }

    /// Permission bits in octal, none outside `limit`.
    static func mode(_ text: String, limit: UInt16) throws(PfmError) -> UInt16 {
        guard text.utf8.allSatisfy({ (0x30...0x37).contains($0) }),
            let mode = UInt16(text, radix: 8),
            mode & ~limit == 0
        else {
            throw refusal(text, "an octal mode within \(String(limit, radix: 8))")
        }
        return mode
    }

    /// Bytes, with K, M or G; `max` is no limit.
    static func bytes(_ text: String) throws(PfmError) -> UInt64 {
        guard text != "max" else { return .max }
        guard let number = try? Numbers.size(text), number > 0 else {
            throw refusal(text, "bytes such as 65536, 64K, 1M or max")
        }
        return number
    }

    /// A time in nanoseconds, or with us, ms or s.
    static func nanoseconds(_ text: String) throws(PfmError) -> UInt64 {
        guard let number = try? Numbers.duration(text), number > 0 else {
            throw refusal(text, "a time such as 500us, 10ms or 1s")
        }
        return number
    }

    static func refusal(_ text: String, _ accepted: String) -> PfmError {
        PfmError(.invalidArgument, "'\(text)' is not \(accepted)", subject: text)
    }

    /// A number of digits alone, without the sign that Swift's own parser takes.
    private static func decimal(_ text: String) -> UInt64? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt64(text) : nil
    }
}
