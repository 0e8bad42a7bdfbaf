package import LinuxSupport
package import SystemPackage

/// What files and directories have in common.
///
/// The kernel gets only the errno of a refusal; implementations report the reason by themselves. A
/// call that throws because it needs a lookup (`Lookups`) is repeated when the answer is known, and
/// must not have had any effect before.
package protocol NodeSource: AnyObject {
    /// The path of the node; set before anything else is called.
    var place: Place { get set }
    func ownership() -> Ownership
    /// chmod, chown or chgrp.
    func setOwnership(_ ownership: Ownership, by client: Client) throws(Errno)
    /// Called for a change of attributes that is never allowed. Returns the errno of the reply.
    func refuse(_ change: RefusedChange, by client: Client) -> Errno
}

/// A directory.
package protocol DirectorySource: NodeSource {
    /// Whether the directory was removed.
    var isGone: Bool { get }
    /// Names and kinds of all children, for readdir.
    func list(for client: Client) throws(Errno) -> [(name: String, isDirectory: Bool)]
    /// The child of a name; nil answers ENOENT.
    func find(_ name: String) -> Child?
    /// Whether the kernel may cache a child until it is invalidated (`MountServices.entryGone`).
    func mayCache(_ name: String) -> Bool
    func make(_ name: String, mode: UInt16, by client: Client) throws(Errno)
    func remove(_ name: String, by client: Client) throws(Errno)
    /// Called for an operation that is never allowed. Returns the errno of the reply.
    func refuse(_ operation: RefusedOperation, name: String, by client: Client) -> Errno
}

/// What a look-up in a directory finds.
package enum Child {
    case file(any FileSource)
    case directory(any DirectorySource)
}

/// A file.
package protocol FileSource: NodeSource {
    /// `st_size` in bytes.
    func size(for client: Client) throws(Errno) -> UInt64
    /// The size, if it never changes; the kernel may then cache it.
    var fixedSize: UInt64? { get }
    /// Not nil when the file can be mapped and the kernel caches its pages.
    var cachedContent: (any CachedContent)? { get }
    func open(by client: Client, flags: OpenFlags) throws(Errno) -> any FileHandle
}

/// One open file.
package protocol FileHandle: AnyObject {
    /// Answers the request, or parks it; only files that are documented to wait do that for long.
    func read(_ request: consuming ReadRequest)
    /// Takes the bytes of one write(2), all or none.
    func write(_ request: consuming WriteRequest)
    /// Returns the events that are ready. `waker` is stored in any case, and called once when
    /// others become ready.
    func poll(_ waker: consuming PollWaker?) -> PollEvents
    /// Called when the last reference to the open file was closed.
    func release()
}

extension FileHandle {
    /// EACCES: the file can only be read.
    package func write(_ request: consuming WriteRequest) {
        request.fail(.permissionDenied)
    }
}

/// Operations on directory entries that are never allowed.
package enum RefusedOperation: Sendable {
    case unlink
    case rename
    /// link(2) and symlink(2).
    case link
    /// open(2) with O_CREAT, and mknod(2).
    case create
}

/// Changes of attributes that are never allowed.
package enum RefusedChange: Sendable {
    /// utimes(2).
    case times
    /// A mode with the set-user-id or the set-group-id bit.
    case setID
}
