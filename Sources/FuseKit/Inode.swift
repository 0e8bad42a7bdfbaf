import CFuse

/// A node that the kernel knows, from its first look-up to its last forget.
///
/// The node id is the address of the inode, so that no table has to be searched. The look-ups that
/// the kernel has not forgotten keep the inode alive.
final class Inode {
    /// What the node shows.
    enum Source {
        case file(any FileSource)
        case directory(any DirectorySource)
    }

    let source: Source
    let name: String
    let parent: Inode?
    /// The inode number. A path always has the same one, also after the node was made anew.
    let number: UInt64
    /// The children that the kernel knows, by name.
    private var children: [String: Unmanaged<Inode>] = [:]
    private var lookups: UInt64 = 0

    init(root: any DirectorySource) {
        source = .directory(root)
        name = ""
        parent = nil
        number = UInt64(FUSE_ROOT_ID)
    }

    private init(_ child: Child, name: String, parent: Inode, place: Place) {
        switch child {
        case .file(let file):
            file.place = place
            source = .file(file)
        case .directory(let directory):
            directory.place = place
            source = .directory(directory)
        }
        self.name = name
        self.parent = parent
        number = Self.number(of: name, in: parent)
    }

    /// The node id.
    var id: fuse_ino_t {
        parent == nil
            ? fuse_ino_t(FUSE_ROOT_ID)
            : fuse_ino_t(UInt(bitPattern: Unmanaged.passUnretained(self).toOpaque()))
    }

    /// The node of a node id. The root's id is fixed and is not an address.
    static func of(_ id: fuse_ino_t, root: Inode) -> Inode {
        guard id != fuse_ino_t(FUSE_ROOT_ID),
            let address = UnsafeRawPointer(bitPattern: UInt(id))
        else { return root }
        return Unmanaged<Inode>.fromOpaque(address).takeUnretainedValue()
    }

    var directory: (any DirectorySource)? {
        guard case .directory(let source) = source else { return nil }
        return source
    }

    var file: (any FileSource)? {
        guard case .file(let source) = source else { return nil }
        return source
    }

    /// What all kinds of nodes have in common.
    var node: any NodeSource {
        switch source {
        case .file(let source): source
        case .directory(let source): source
        }
    }

    /// The node's child of a name; nil when there is none now.
    func child(_ name: String) -> Inode? {
        guard let source = directory, !source.isGone else { return nil }
        if let known = children[name]?.takeUnretainedValue() {
            if !known.isGone, source.mayCache(name) || source.find(name) != nil {
                return known
            }
            detach(name)
        }
        return source.find(name).map {
            Inode($0, name: name, parent: self, place: source.place.child(name))
        }
    }

    /// The child of a name that the kernel knows; nil when it knows none.
    func knownChild(_ name: String) -> Inode? {
        children[name]?.takeUnretainedValue()
    }

    /// All children that the kernel knows.
    var knownChildren: [Inode] {
        children.values.map { $0.takeUnretainedValue() }
    }

    var hasKnownChildren: Bool { !children.isEmpty }

    /// All that the kernel knows below the node, from the bottom up.
    var knownDescendants: [Inode] {
        knownChildren.flatMap { $0.knownDescendants + [$0] }
    }

    /// Makes the next look-up of a name return a new node. Open files keep the old one.
    func detach(_ name: String) {
        children[name] = nil
    }

    /// Counts one reply that contains the node id.
    func addLookup() {
        if lookups == 0, let parent {
            parent.children[name] = Unmanaged.passRetained(self)
        }
        lookups += 1
    }

    /// Subtracts look-ups that the kernel has forgotten. The last one releases the node.
    func forget(_ count: UInt64) {
        guard let parent, lookups > 0 else { return }
        lookups -= min(count, lookups)
        guard lookups == 0 else { return }
        if parent.knownChild(name) === self {
            parent.detach(name)
        }
        Unmanaged.passUnretained(self).release()
    }

    /// The number that a child of this name has or will have.
    func number(ofChild name: String) -> UInt64 {
        Self.number(of: name, in: self)
    }

    private var isGone: Bool {
        directory?.isGone ?? false
    }

    /// FNV-1a over the names from the root down.
    private static func number(of name: String, in parent: Inode) -> UInt64 {
        var hash = parent.number == UInt64(FUSE_ROOT_ID) ? 0xcbf2_9ce4_8422_2325 : parent.number
        for byte in name.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        hash = (hash ^ UInt64(UInt8(ascii: "/"))) &* 0x100_0000_01b3
        return max(hash, UInt64(FUSE_ROOT_ID) + 1)
    }
}
