import PerfmonEngine
import PerfmonModel
import SystemPackage

/// A sampling format with its arguments in one line: `default buf_size=1M`, or `none`.
enum FormatLine {
    /// - Returns: nil for `none`.
    /// - Throws: EINVAL with the word at fault.
    static func parse(
        _ line: CommandLine,
        _ formats: SamplingFormats
    ) throws(PfmError) -> FormatChoice? {
        let words = line.words.map(\.text)
        guard let name = words.first else {
            throw PfmError(
                .invalidArgument,
                "an empty line names no sampling format",
                hint: "write NAME ARGUMENT=VALUE ..., or none; formats/ has the names"
            )
        }
        if words == ["none"] { return nil }
        let known = formats.description(of: name)?.arguments ?? []
        var arguments: [String: UInt64] = [:]
        for word in words.dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw PfmError(
                    .invalidArgument,
                    "\(word) is no argument",
                    hint: "write ARGUMENT=VALUE",
                    subject: word
                )
            }
            let key = String(parts[0])
            guard arguments[key] == nil else {
                throw PfmError(.invalidArgument, "\(key) is given twice", subject: word)
            }
            let isSize = known.first { $0.name == key }.map { $0.kind == .size } ?? true
            arguments[key] = try value(String(parts[1]), isSize: isSize)
        }
        return FormatChoice(name, arguments)
    }

    /// The line that chooses the format of a context again.
    static func show(_ sampling: Sampling?, _ text: inout TextBuffer) {
        guard let sampling else { return text.append(line: "none") }
        text.append(sampling.about.name)
        for argument in sampling.about.arguments {
            text.append(" \(argument.name)=")
            text.append(sampling.arguments[argument.name])
        }
        text.newline()
    }

    private static func value(_ text: String, isSize: Bool) throws(PfmError) -> UInt64 {
        isSize ? try Numbers.size(text) : try Numbers.unsigned(text)
    }
}
