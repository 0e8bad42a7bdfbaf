import CFuse
import LinuxSupport

/// A name that went away without the kernel's doing.
///
/// The nodes stay alive until the kernel was told, so that their numbers are not given to others
/// meanwhile.
struct RemovedEntry {
    let child: Inode
    let name: String
    let parent: Inode

    init(_ child: Inode, _ name: String, in parent: Inode) {
        self.child = child
        self.name = name
        self.parent = parent
    }
}

/// What one handler has taken away, until the kernel was told of all of it.
final class InvalidationGroup {
    /// Directories of the names of which the kernel has not been told, one for each name.
    fileprivate var outstanding: [ObjectIdentifier] = []
    /// The request that is answered when there are none left.
    fileprivate var number: UInt64?
}

/// Entries on their way through a thread that tells the kernel of them.
private final class EntryBox: @unchecked Sendable {
    var entries: [RemovedEntry]
    let group: InvalidationGroup?

    init(_ entries: [RemovedEntry], _ group: InvalidationGroup?) {
        self.entries = entries
        self.group = group
    }
}

/// Telling the kernel which names it must forget.
///
/// The kernel locks a directory to forget one of its entries. A request on that directory may hold
/// the lock while it waits for our answer, and a reader for as long as it likes. So the kernel is
/// never told inside a handler nor under the mount's lock, and each directory is a lane of its own.
extension Parking {
    /// Nanoseconds that an answer waits for the kernel to be told. A reader that does not take what
    /// getdents64(2) gives it holds the directory for longer.
    private static let patience: UInt64 = 500_000_000
    /// Nanoseconds that the kernel has to forget by itself what was in a directory.
    private static let delay: UInt64 = 100_000_000

    /// Tells the kernel that a name is gone.
    func entryGone(_ entry: RemovedEntry) {
        let group = group ?? InvalidationGroup()
        self.group = group
        group.outstanding.append(ObjectIdentifier(entry.parent))
        tell([entry], group)
    }

    /// Gives an answer when the kernel knows of everything that the handler has taken away.
    func afterInvalidation(_ answer: @escaping () -> Void) {
        guard let group, group.outstanding.contains(where: { !stuck.contains($0) }) else {
            return answer()
        }
        group.number = requests.park(for: Self.patience) { [unowned self] ending in
            // Nobody waits twice for the same reader.
            if case .late = ending { stuck.formUnion(group.outstanding) }
            answer()
        }
    }

    /// Has the kernel forget what it still knows in a directory that is gone.
    ///
    /// It forgets what was in a directory together with it, but for what somebody had open or was
    /// in. That it would keep for as long as it has room, and with it what it showed.
    func forgetContents(of directory: Inode) {
        _ = requests.park(for: Self.delay) { [unowned self] ending in
            guard case .late = ending else { return }
            let entries = directory.knownDescendants.compactMap { child in
                child.parent.map { RemovedEntry(child, child.name, in: $0) }
            }
            tell(entries, nil)
        }
    }

    private func tell(_ entries: [RemovedEntry], _ group: InvalidationGroup?) {
        guard let fileSystem, let connection, let first = entries.first else {
            group?.outstanding = []
            return
        }
        let box = EntryBox(entries, group)
        names.submit(lane: UInt64(first.parent.id)) {
            for entry in box.entries {
                // Not notify_delete, which would tell inotify too: the kernel refuses it for a
                // directory of which it knows children.
                fuse_lowlevel_notify_inval_entry(
                    connection.pointer,
                    entry.parent.id,
                    entry.name,
                    entry.name.utf8.count
                )
            }
            // The last reference to a node may lead to what the lock guards.
            fileSystem.tree.withLock { tree in
                tree.parking.noteTold(box.entries, box.group)
                box.entries = []
            }
        }
    }

    private func noteTold(_ entries: [RemovedEntry], _ group: InvalidationGroup?) {
        for entry in entries { stuck.remove(ObjectIdentifier(entry.parent)) }
        guard let group else { return }
        for entry in entries {
            let directory = ObjectIdentifier(entry.parent)
            if let index = group.outstanding.firstIndex(of: directory) {
                group.outstanding.remove(at: index)
            }
        }
        if let number = group.number, group.outstanding.allSatisfy({ stuck.contains($0) }) {
            requests.end(number, .done)
        }
    }
}
