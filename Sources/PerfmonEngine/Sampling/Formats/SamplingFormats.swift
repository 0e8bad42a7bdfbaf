package import PerfmonModel
internal import SystemPackage

/// The sampling formats that contexts can choose from. A new one of our own is one more row; a
/// program that embeds the engine hands others over in `EngineOptions.formats`.
package struct SamplingFormats: Sendable {
    /// The formats that every engine has.
    package static let builtIn = SamplingFormats([
        DefaultFormat.self,
        StacksFormat.self,
        TextFormat.self,
        CountsByIPFormat.self,
    ])

    private var types: [any SamplingFormat.Type]

    private init(_ types: [any SamplingFormat.Type]) {
        self.types = types
    }

    /// Adds a format (`pfm_register_smpl_fmt`).
    ///
    /// - Throws: EINVAL when it has no name that can be a directory's; EBUSY when the name is
    ///   taken.
    package mutating func register(_ type: any SamplingFormat.Type) throws(PfmError) {
        let name = type.about.name
        guard !name.isEmpty, name != "none", !name.contains(where: { "/ \t\n".contains($0) })
        else {
            throw PfmError(.invalidArgument, "'\(name)' cannot be the name of a sampling format")
        }
        guard description(of: name) == nil else {
            throw PfmError(.resourceBusy, "there is a sampling format \(name) already")
        }
        types.append(type)
    }

    /// What each format is called and takes, in the order of `formats/`.
    package var descriptions: [FormatDescription] { types.map { $0.about } }

    /// The description of a format; nil when there is none of that name.
    package func description(of name: String) -> FormatDescription? {
        types.first { $0.about.name == name }?.about
    }

    /// - Throws: EINVAL when there is no such format.
    func format(named name: String) throws(PfmError) -> any SamplingFormat.Type {
        if let format = types.first(where: { $0.about.name == name }) { return format }
        throw PfmError(
            .invalidArgument,
            "\(name) is not a sampling format",
            hint: "there are \(descriptions.map(\.name).joined(separator: ", ")), and none",
            subject: name
        )
    }
}
