import CFuse
internal import SystemPackage

/// The arguments of a FUSE program, taken apart as every FUSE program does: `-o` lists at their
/// commas, `-oLIST`, operands anywhere.
package struct FuseArguments {
    package struct Argument: Sendable {
        package let text: String
        /// Whether it is neither a flag nor an option of an `-o` list.
        package let isOperand: Bool
    }

    private final class List {
        var arguments: [Argument] = []
    }

    /// Flags, options and operands in the order in which they were given.
    package let arguments: [Argument]

    /// Parses the arguments of a program, without its name.
    ///
    /// - Throws: EINVAL with libfuse's own sentence; ENOMEM.
    package init(parsing arguments: [String]) throws(FuseError) {
        var list = fuse_args()
        defer { fuse_opt_free_args(&list) }
        for argument in ["program"] + arguments {
            guard fuse_opt_add_arg(&list, argument) == 0 else {
                throw FuseError(.noMemory, "the command line does not fit into memory")
            }
        }
        let found = List()
        let noTemplates = [fuse_opt()]
        let status = withExtendedLifetime(found) {
            fuse_opt_parse(&list, Unmanaged.passUnretained(found).toOpaque(), noTemplates) {
                (data, text, key, _) in
                guard let data, let text else { return -1 }
                let found = Unmanaged<List>.fromOpaque(data).takeUnretainedValue()
                let isOperand = key == FUSE_OPT_KEY_NONOPT
                found.arguments.append(
                    Argument(text: String(cString: text), isOperand: isOperand)
                )
                return 0
            }
        }
        guard status == 0 else {
            throw FuseError(
                .invalidArgument,
                FuseLog.shared.takeProblems(or: "the command line is not understood")
            )
        }
        self.arguments = found.arguments
    }
}
