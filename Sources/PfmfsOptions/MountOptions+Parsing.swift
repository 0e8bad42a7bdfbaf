import FuseKit
import Glibc
import PerfmonEngine
import PerfmonEvents
package import PerfmonModel
import SystemPackage

extension MountOptions {
    /// Parses the arguments of pfmfs, without its name: `[SOURCE] MOUNTPOINT [-o OPTION,...]` and
    /// the short options, as mount(8), mount.fuse3 and users give them.
    ///
    /// Throws EINVAL with a sentence for whatever is not known.
    package init(parsing arguments: [String]) throws(PfmError) {
        self.init()
        var operands: [String] = []
        for argument in try Self.split(arguments) {
            if argument.isOperand {
                operands.append(argument.text)
            } else if argument.text.hasPrefix("-") {
                try apply(flag: argument.text)
            } else {
                try apply(option: argument.text)
            }
        }
        guard action == .mount else { return }
        guard let last = operands.last else {
            throw PfmError(.invalidArgument, "no mountpoint given", hint: "see pfmfs --help")
        }
        guard operands.count <= 2 else {
            throw PfmError(
                .invalidArgument,
                "'\(operands[2])' is one operand too many",
                hint: "give a mountpoint, or a source and a mountpoint"
            )
        }
        mountPoint = last
    }

    private mutating func apply(flag: String) throws(PfmError) {
        switch flag {
        case "-f": isForeground = true
        case "-d":
            isDebugging = true
            isForeground = true
        case "-s": break  // One thread answers in any case.
        case "-h", "--help": action = .showHelp
        case "-V", "--version": action = .showVersion
        default:
            throw PfmError(
                .invalidArgument,
                "unknown option '\(flag)'",
                hint: "see pfmfs --help"
            )
        }
    }

    private mutating func apply(option text: String) throws(PfmError) {
        guard !text.isEmpty else { return }
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        let value = parts.count > 1 ? String(parts[1]) : nil
        if let option = MountOption.all.first(where: { $0.name == name }) {
            try apply(option, value)
        } else if name == "debug", value == nil {
            try apply(flag: "-d")
        } else if SystemOption.passed.contains(name) {
            systemOptions.append(text)
        } else if !SystemOption.isIgnored(name) {
            throw PfmError(
                .invalidArgument,
                "unknown mount option '\(name)'",
                hint: Self.nearest(to: name).map { "did you mean '\($0)'?" } ?? "see pfmfs --help"
            )
        }
    }

    private mutating func apply(_ option: MountOption, _ value: String?) throws(PfmError) {
        if option.value.isEmpty, value != nil {
            throw PfmError(.invalidArgument, "mount option '\(option.name)' takes no value")
        }
        guard option.value.isEmpty || value?.isEmpty == false else {
            throw PfmError(
                .invalidArgument,
                "mount option '\(option.name)' needs a value",
                hint: "write \(option.name)=\(option.value)"
            )
        }
        do {
            try option.apply(&self, value ?? "")
        } catch {
            throw PfmError(
                error.code,
                "mount option '\(option.name)': \(error.message)",
                remedy: error.remedy
            )
        }
    }

    private static func split(
        _ arguments: [String]
    ) throws(PfmError) -> [FuseArguments.Argument] {
        do {
            return try FuseArguments(parsing: arguments).arguments
        } catch {
            throw PfmError(error)
        }
    }

    /// The known option that is most like a word, if any is.
    private static func nearest(to word: String) -> String? {
        let known = MountOption.all.map(\.name) + SystemOption.passed + ["debug"]
        return EditDistance.nearest(to: word, in: known, count: 1).first
    }
}
