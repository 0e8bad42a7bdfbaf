import LinuxSupport
import PerfmonEngine
import PerfmonModel

/// One command as it arrived and what became of it.
struct CommandReport: Sendable {
    /// What was asked for.
    enum Kind: Sendable, Equatable {
        /// A line that was written to a file.
        case write
        /// mkdir(2).
        case makeDirectory
        /// rmdir(2).
        case removeDirectory
        /// A read that failed; those that succeed are not reported.
        case read
        /// An open for reading that was refused.
        case open
        /// An open for writing that was refused, and so what was to be written.
        case openForWriting
        /// chmod, chown or chgrp.
        case changeOwner
        /// Something no directory of the mount allows: unlink, rename, link, mknod, touch.
        case unsupported

        /// Whether it was to change something; looking at a file is not a command.
        var isCommand: Bool { self != .read && self != .open }
    }

    var kind: Kind
    var client: Client
    /// Path of the file or directory from the root of the mount, without a leading slash.
    var path: String
    /// The line that was written, or the name given to mkdir, rmdir, unlink and so on; empty for
    /// the others.
    var text: String
    /// Number of the line in its write, from 1, when the write had several; 0 otherwise.
    var line: Int
    /// Bytes from the start of `text` to the word at fault.
    var offset: Int
    /// nil: it was done.
    var error: PfmError?

    init(
        _ kind: Kind = .write,
        client: Client,
        path: String,
        text: String,
        line: Int = 0,
        offset: Int = 0,
        error: PfmError?
    ) {
        self.kind = kind
        self.client = client
        self.path = path
        self.text = text
        self.line = line
        self.offset = offset
        self.error = error
    }
}
