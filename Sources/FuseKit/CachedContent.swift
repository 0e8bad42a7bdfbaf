package import SystemPackage

/// The content of a file that can be mapped into memory, of which the kernel caches pages.
///
/// Nothing tells the daemon who reads a page that the kernel has. So what changes in cached pages is
/// pushed to the kernel: by one thread, outside the mount's lock, in rounds of pieces that follow
/// each other in the order in which a reader may see them.
package protocol CachedContent: AnyObject {
    /// Takes in what happened up to now.
    ///
    /// - Throws: when what the file showed is gone.
    func refresh() throws(Errno)

    /// Whether the kernel has pages that are older than the content.
    var isBehind: Bool { get }

    /// The next piece to push; begins a round when the content is ahead, and ends it with nil.
    func nextPiece() -> CachedPiece?
}

/// Some bytes of a file for the kernel's pages of it.
package struct CachedPiece {
    package let offset: Int
    package let bytes: [UInt8]

    package init(offset: Int, bytes: [UInt8]) {
        self.offset = offset
        self.bytes = bytes
    }
}
