package import SystemPackage

/// The content of a file that can be mapped into memory, of which the kernel caches pages.
///
/// A read of a cached page does not reach the daemon. Changes are therefore pushed into the
/// kernel's pages, by one thread and outside the mount's lock. A round consists of pieces, in the
/// order in which a reader may see them.
package protocol CachedContent: AnyObject {
    /// Brings the content up to date.
    ///
    /// - Throws: ENODEV when the subject of the file was removed.
    func refresh() throws(Errno)

    /// Whether cached pages are older than the content.
    var isBehind: Bool { get }

    /// The next piece of the round; nil ends it. The first call begins a round if the pages are
    /// behind.
    func nextPiece() -> CachedPiece?
}

/// Some bytes of a file, to be stored in the kernel's pages.
package struct CachedPiece {
    package let offset: Int
    package let bytes: [UInt8]

    package init(offset: Int, bytes: [UInt8]) {
        self.offset = offset
        self.bytes = bytes
    }
}
