import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel

/// Renders a file: appends its whole text, ending in a newline, to the buffer.
typealias Show<Subject> =
    @Sendable (Subject, Client, inout TextBuffer) throws(PfmError) -> Void

/// Renders a text from copies, on any thread.
typealias Render = @Sendable (inout TextBuffer) -> Void

/// Takes the copies from which a long listing is rendered.
typealias Prepare<Subject> = @Sendable (Subject, Client) -> Render

/// Carries out one line that was written to a file.
typealias Store<Subject> =
    @Sendable (Subject, Client, CommandLine) throws(PfmError) -> Void

/// One file of a directory: a row of the table from which the nodes, the README in the mount, the
/// man page pfmfs.5 and docs/abi.md are all made.
///
/// `Subject` is what the directory stands for: the engine, a context, an event set, a register.
struct FileRow<Subject>: Sendable {
    /// How a file behaves when it is read and written.
    enum Content: Sendable {
        /// Text rendered once per open; a write is one or more lines. `longest` is an upper bound
        /// of the text's bytes for files that can pass a page; the others show one page.
        case value(
            show: Show<Subject>?,
            store: Store<Subject>?,
            longest: (@Sendable (Subject) -> Int)? = nil
        )
        /// Text of any length; rendered when the file is looked at, so that its size is true.
        case listing(show: Show<Subject>)
        /// Text that takes so long to render that another thread does it.
        case longListing(prepare: Prepare<Subject>)
        /// A file with its own handle: one that waits, or one that is binary.
        /// `size` is the file's `st_size` now; without it one page is shown.
        case custom(
            size: (@Sendable (Subject, Client) throws(PfmError) -> UInt64)? = nil,
            open: @Sendable (Subject, Client, OpenFlags) throws(PfmError) -> any FileHandle
        )
        /// Bytes of a fixed number that can be mapped into memory.
        case mappable(
            size: @Sendable (Subject) -> UInt64,
            content: @Sendable (Subject) -> any CachedContent,
            open: @Sendable (Subject, OpenFlags) throws(PfmError) -> any FileHandle
        )
    }

    let name: String
    /// Permission bits, such as 0o644.
    let mode: UInt16
    /// What a line of the file looks like: unit, words, base. One line.
    let format: String
    /// What the file is for, in one sentence.
    let summary: String
    let content: Content
    /// Whether the file exists for this subject now.
    let isPresent: @Sendable (Subject) -> Bool
    /// Whether the file comes and goes while its directory lives; the kernel then asks every time.
    let isConditional: Bool
    /// Whether everything that is written between an open and its close is one batch, which ends at
    /// the first line that fails. Some shells give each line a write of its own.
    let isBatch: Bool
    /// Woken when a value has changed by itself: poll(2) on the file then reports POLLPRI, as
    /// sysfs does. nil: the file is never watched.
    let changes: (@Sendable (Subject) -> WaitQueue)?

    init(
        _ name: String,
        mode: UInt16,
        format: String,
        summary: String,
        content: Content,
        isPresent: (@Sendable (Subject) -> Bool)? = nil,
        isBatch: Bool = false,
        changes: (@Sendable (Subject) -> WaitQueue)? = nil
    ) {
        self.name = name
        self.mode = mode
        self.format = format
        self.summary = summary
        self.content = content
        self.isPresent = isPresent ?? { _ in true }
        self.isConditional = isPresent != nil
        self.isBatch = isBatch
        self.changes = changes
    }
}
