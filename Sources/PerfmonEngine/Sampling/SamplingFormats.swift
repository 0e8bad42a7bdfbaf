internal import SystemPackage

/// The sampling formats there are. A new one is one more row.
public enum SamplingFormats {
    private static var all: [any SamplingFormat.Type] {
        [
            DefaultFormat.self,
            StacksFormat.self,
            TextFormat.self,
            CountsByIPFormat.self,
        ]
    }

    /// What each format is called and takes, in the order of `formats/`.
    public static let descriptions: [FormatDescription] = all.map { $0.about }

    /// The description of a format; nil when there is none of that name.
    public static func description(of name: String) -> FormatDescription? {
        descriptions.first { $0.name == name }
    }

    /// - Throws: EINVAL when there is no such format.
    static func format(named name: String) throws(PfmError) -> any SamplingFormat.Type {
        if let format = all.first(where: { $0.about.name == name }) { return format }
        throw PfmError(
            .invalidArgument,
            "\(name) is no sampling format",
            hint: "there are \(descriptions.map(\.name).joined(separator: ", ")), and none",
            subject: name
        )
    }
}
