package import SystemPackage

/// Why a command was refused: what the caller's system call returns, and the sentence that
/// `last_cmd_status` shows.
package struct PfmError: Error, Sendable, Equatable {
    /// The errno of the refused call, chosen by cause (mount-tree 4.7).
    package var code: Errno

    /// What is wrong, naming the object; lower case, no final full stop.
    package var message: String

    /// What the user can do about it; nil when nothing can be done.
    package var remedy: Remedy?

    /// The word of the command that is at fault, where there is one; it places the caret in
    /// `info/error_log`.
    package var subject: String?

    /// Index of the element of a vector that is at fault; nil when no vector was given.
    package var element: Int?

    /// What is wrong with the element, where perfmon2's calls tell it in a flag.
    package var flaw: Flaw?

    /// What perfmon2 said of an element (`PFM_REG_RETFL_*`).
    package enum Flaw: Sendable, Equatable {
        /// The register is not implemented (`PFM_REG_RETFL_NOTAVAIL`).
        case notAvailable
        /// Anything else (`PFM_REG_RETFL_EINVAL`).
        case invalid
        /// The set does not exist (`PFM_REG_RETFL_NOSET`).
        case noSet
    }

    package init(
        _ code: Errno,
        _ message: String,
        remedy: Remedy? = nil,
        subject: String? = nil,
        flaw: Flaw? = nil
    ) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.subject = subject
        self.flaw = flaw
    }

    /// An error whose remedy is in plain words, which name no file of the mount.
    package init(
        _ code: Errno,
        _ message: String,
        hint: String,
        subject: String? = nil,
        flaw: Flaw? = nil
    ) {
        self.init(
            code,
            message,
            remedy: hint.isEmpty ? nil : .words(hint),
            subject: subject,
            flaw: flaw
        )
    }

    /// The words of the remedy; empty when it has none here.
    package var hint: String { remedy?.plainText ?? "" }
}

extension PfmError: CustomStringConvertible {
    /// The message and, behind a semicolon, the remedy as far as it has words without a mount.
    package var description: String {
        hint.isEmpty ? message : "\(message); \(hint)"
    }
}
