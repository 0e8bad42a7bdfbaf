package import LinuxSupport
package import SystemPackage

/// What files and directories have in common.
///
/// The sentences that explain a refusal are made and kept by whoever implements these protocols;
/// the kernel gets the errno alone. What throws because it needs a lookup (`Lookups`) is called again
/// when the answer is there, and must have had no effect until then.
package protocol NodeSource: AnyObject {
    /// Where the node is; set by the session before anything else is called.
    var place: Place { get set }
    func ownership() -> Ownership
    /// chmod, chown or chgrp.
    func setOwnership(_ ownership: Ownership, by client: Client) throws(Errno)
    /// Called for a change of the attributes that no node allows; the errno is the answer.
    func refuse(_ change: RefusedChange, by client: Client) -> Errno
}

/// A directory as the session sees it.
package protocol DirectorySource: NodeSource {
    /// Whether the directory was removed: nothing is found any more.
    var isGone: Bool { get }
    /// Names and kinds of all children, for readdir.
    func list(for client: Client) throws(Errno) -> [(name: String, isDirectory: Bool)]
    /// The child of a name; nil answers ENOENT.
    func find(_ name: String) -> Child?
    /// Whether the kernel may cache a child that it found until it is told otherwise
    /// (`MountServices.entryGone`).
    func mayCache(_ name: String) -> Bool
    func make(_ name: String, mode: UInt16, by client: Client) throws(Errno)
    func remove(_ name: String, by client: Client) throws(Errno)
    /// Called for an operation on a name that no directory allows; the errno is the answer.
    func refuse(_ operation: RefusedOperation, name: String, by client: Client) -> Errno
}

/// What a look-up in a directory finds.
package enum Child {
    case file(any FileSource)
    case directory(any DirectorySource)
}

/// A file as the session sees it.
package protocol FileSource: NodeSource {
    /// `st_size` in bytes.
    func size(for client: Client) throws(Errno) -> UInt64
    /// The size, if it never changes, so that the kernel need not ask again.
    var fixedSize: UInt64? { get }
    /// Set when the file can be mapped, so that the kernel caches pages of it.
    var cachedContent: (any CachedContent)? { get }
    func open(by client: Client, flags: OpenFlags) throws(Errno) -> any FileHandle
}

/// One open file.
package protocol FileHandle: AnyObject {
    /// Answers now or parks the request and answers later (only files that are documented to wait).
    func read(_ request: consuming ReadRequest)
    /// Takes the bytes of one write(2), all or none.
    func write(_ request: consuming WriteRequest)
    /// Events that are ready; `waker` is kept in any case and woken once when more become ready.
    func poll(_ waker: consuming PollWaker?) -> PollEvents
    /// The last reference to the open file is gone.
    func release()
}

extension FileHandle {
    /// EACCES: the file can only be read.
    package func write(_ request: consuming WriteRequest) {
        request.fail(.permissionDenied)
    }
}

/// Operations on names that no directory of a mount allows.
package enum RefusedOperation: Sendable {
    case unlink
    case rename
    /// link(2) and symlink(2).
    case link
    /// open(2) with O_CREAT, and mknod(2).
    case create
}

/// Changes of attributes that no node of a mount allows.
package enum RefusedChange: Sendable {
    /// utimes(2).
    case times
    /// A mode with the set-user-id or the set-group-id bit.
    case setID
}
