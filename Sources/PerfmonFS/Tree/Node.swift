import LinuxSupport
import PerfmonEngine
import PerfmonModel

/// A directory as the FUSE layer sees it: a `DirectoryTable` bound to its subject.
protocol DirectorySource: AnyObject {
    /// Where the directory is; set by the FUSE layer before anything else is called.
    var place: Place { get set }
    /// Whether the subject was removed: nothing is found any more.
    var isGone: Bool { get }
    /// Names and kinds of all children, for readdir.
    func list(for client: Client) -> [(name: String, isDirectory: Bool)]
    /// The child of a name; nil answers ENOENT.
    func find(_ name: String) -> Child?
    /// Whether the kernel may keep a child that it found until it is told otherwise
    /// (`MountServices.entryGone`).
    func mayKeep(_ name: String) -> Bool
    func make(_ name: String, mode: UInt16, by client: Client) throws(PfmError)
    func remove(_ name: String, by client: Client) throws(PfmError)
    func ownership() -> Ownership
    func setOwnership(_ ownership: Ownership, by client: Client) throws(PfmError)
    /// Told of what the FUSE layer itself refused in the directory.
    func report(_ report: CommandReport)
}

/// A file as the FUSE layer sees it: a `FileRow` bound to its subject.
protocol FileSource: AnyObject {
    /// Where the file is; set by the FUSE layer before anything else is called.
    var place: Place { get set }
    func ownership() -> Ownership
    /// chmod, chown or chgrp of the file itself.
    func setOwnership(_ ownership: Ownership, by client: Client) throws(PfmError)
    /// `st_size`: the text's length rounded up to a page, at least one page.
    func size(for client: Client) -> UInt64
    /// Whether the size stays what it is, so that the kernel need not ask again.
    var hasFixedSize: Bool { get }
    /// Set when the file can be mapped, so that the kernel keeps pages of it.
    var keptContent: (any KeptContent)? { get }
    func open(by client: Client, flags: OpenFlags) throws(PfmError) -> any FileHandle
}

/// One open file.
protocol FileHandle: AnyObject {
    /// Answers now or keeps the request and answers later (only files that are documented to wait).
    func read(_ request: consuming ReadRequest)
    /// Takes the bytes of one write(2); returns how many were taken.
    func write(_ bytes: Span<UInt8>, by client: Client) throws(PfmError) -> Int
    /// Events that are ready; `waker` is kept in any case and woken once when more become ready.
    func poll(_ waker: consuming PollWaker?) -> PollEvents
    /// The last reference to the open file is gone.
    func release()
}
