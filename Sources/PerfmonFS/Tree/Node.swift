public import PerfmonEngine

/// A directory as the FUSE layer sees it: a `DirectoryTable` bound to its subject.
public protocol DirectorySource: AnyObject {
    /// Names and kinds of all children, for readdir.
    func list(for client: Client) -> [(name: String, isDirectory: Bool)]
    /// The child of a name; nil answers ENOENT.
    func find(_ name: String) -> Child?
    func make(_ name: String, mode: UInt16, by client: Client) throws(PfmError)
    func remove(_ name: String, by client: Client) throws(PfmError)
    func ownership() -> Ownership
    func setOwnership(_ ownership: Ownership, by client: Client) throws(PfmError)
    /// Whether the kernel may keep what it knows of the children until it is told otherwise.
    var isStatic: Bool { get }
}

/// A file as the FUSE layer sees it: a `FileRow` bound to its subject.
public protocol FileSource: AnyObject {
    func ownership() -> Ownership
    /// chmod, chown or chgrp of the file itself.
    func setOwnership(_ ownership: Ownership, by client: Client) throws(PfmError)
    /// `st_size`: the text's length rounded up to a page, at least one page.
    func size(for client: Client) -> UInt64
    func open(by client: Client, flags: OpenFlags) throws(PfmError) -> any FileHandle
}

/// One open file.
public protocol FileHandle: AnyObject {
    /// Answers now or keeps the request and answers later (only files that are documented to wait).
    func read(_ request: consuming ReadRequest)
    /// Takes the bytes of one write(2); returns how many were taken.
    func write(_ bytes: Span<UInt8>, by client: Client) throws(PfmError) -> Int
    /// Events that are ready; `waker` is kept and woken once when more become ready.
    func poll(_ waker: consuming PollWaker?) -> PollEvents
    /// The last reference to the open file is gone.
    func release()
}

/// How a file was opened.
public struct OpenFlags: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public static let read = OpenFlags(rawValue: 1)
    public static let write = OpenFlags(rawValue: 2)
    public static let nonBlocking = OpenFlags(rawValue: 4)
}

/// What poll(2) reports.
public struct PollEvents: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// POLLIN | POLLRDNORM.
    public static let readable = PollEvents(rawValue: 0x41)
    /// POLLPRI | POLLERR, as sysfs reports a changed attribute.
    public static let changed = PollEvents(rawValue: 0x0a)
    /// POLLOUT | POLLWRNORM.
    public static let writable = PollEvents(rawValue: 0x104)
    /// POLLHUP.
    public static let hangUp = PollEvents(rawValue: 0x10)
}
