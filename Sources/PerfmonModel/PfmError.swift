package import SystemPackage

/// Why a command was refused: what the caller's system call returns, and the sentence that
/// `last_cmd_status` shows.
package struct PfmError: Error, Sendable, Equatable {
    /// The errno of the refused call, chosen by cause (mount-tree 4.7).
    package var code: Errno

    /// What is wrong, naming the object; lower case, no final full stop.
    package var message: String

    /// What the user can do about it; empty when nothing can be done.
    package var hint: String

    /// The word of the command that is at fault, where there is one; it places the caret in
    /// `info/error_log`.
    package var subject: String?

    package init(_ code: Errno, _ message: String, hint: String = "", subject: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
        self.subject = subject
    }
}

extension PfmError: CustomStringConvertible {
    /// The message and, behind a semicolon, the hint.
    package var description: String {
        hint.isEmpty ? message : "\(message); \(hint)"
    }
}
