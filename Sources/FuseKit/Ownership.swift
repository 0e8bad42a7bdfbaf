/// Mode and owner of a node, as stat(2) shows them.
package struct Ownership: Sendable, Equatable {
    /// Permission bits, sticky bit included.
    package var mode: UInt16
    package var uid: UInt32
    package var gid: UInt32

    package init(mode: UInt16, uid: UInt32, gid: UInt32) {
        self.mode = mode
        self.uid = uid
        self.gid = gid
    }
}
