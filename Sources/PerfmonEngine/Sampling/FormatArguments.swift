internal import PerfmonModel
internal import SystemPackage

/// One argument that a format takes.
package struct FormatArgument: Sendable {
    /// How its value is written.
    package enum Kind: Sendable {
        /// Bytes; the suffixes K, M and G are accepted.
        case size
        /// A plain number.
        case number
    }

    package let name: String
    package let kind: Kind
    /// The value when it is left out; nil: it must be given.
    package let defaultValue: UInt64?
    /// One sentence.
    package let summary: String

    package init(_ name: String, _ kind: Kind, defaultValue: UInt64? = nil, summary: String) {
        self.name = name
        self.kind = kind
        self.defaultValue = defaultValue
        self.summary = summary
    }

    /// The size of the buffer, which most formats take.
    package static func bufferSize(defaultValue: UInt64? = nil) -> FormatArgument {
        FormatArgument(
            "buf_size",
            .size,
            defaultValue: defaultValue,
            summary: "Bytes of the sampling buffer, its header included."
        )
    }
}

/// The arguments a format was chosen with, each with a value.
package struct FormatArguments: Sendable, Equatable {
    private let values: [String: UInt64]

    /// Takes what was given and adds the defaults.
    ///
    /// - Throws: EINVAL for an argument that the format does not take, and for a missing one.
    init(_ given: [String: UInt64], of format: FormatDescription) throws(PfmError) {
        let known = format.arguments.map(\.name)
        if let stray = given.keys.sorted().first(where: { !known.contains($0) }) {
            throw PfmError(
                .invalidArgument,
                "format \(format.name) takes no \(stray)",
                hint: "it takes \(known.joined(separator: ", "))",
                subject: stray
            )
        }
        var values = given
        for argument in format.arguments where values[argument.name] == nil {
            guard let value = argument.defaultValue else {
                throw PfmError(
                    .invalidArgument,
                    "format \(format.name) needs \(argument.name)",
                    hint: "write \(format.name) \(argument.name)=1M",
                    subject: format.name
                )
            }
            values[argument.name] = value
        }
        self.values = values
    }

    /// The value of an argument that the format takes.
    package subscript(_ name: String) -> UInt64 {
        values[name] ?? 0
    }
}
