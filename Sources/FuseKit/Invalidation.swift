import CFuse
import LinuxSupport

/// A directory entry that was removed by other means than rmdir(2).
///
/// It keeps the nodes alive until the kernel has dropped the entry, so that their ids are not
/// reused before.
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

/// The entries that one handler has removed and that the kernel has not dropped yet.
final class InvalidationGroup {
    /// The directory of each such entry.
    fileprivate var outstanding: [ObjectIdentifier] = []
    /// The request that is answered when none is left.
    fileprivate var number: UInt64?
}

/// Passes entries to the thread that invalidates them.
private final class EntryBox: @unchecked Sendable {
    var entries: [RemovedEntry]
    let group: InvalidationGroup?

    init(_ entries: [RemovedEntry], _ group: InvalidationGroup?) {
        self.entries = entries
        self.group = group
    }
}

/// Invalidation of directory entries in the kernel.
///
/// The kernel locks a directory to drop one of its entries. A request on the directory holds that
/// lock while it waits for its reply, and a reader in getdents64(2) can hold it without limit. So
/// entries are never invalidated inside a handler or under the mount's lock, and each directory is
/// a lane of its own.
extension Parking {
    /// How long a reply waits for invalidations, in nanoseconds.
    private static let patience: UInt64 = 500_000_000
    /// How long the kernel has to drop the entries of a removed directory by itself, in
    /// nanoseconds.
    private static let delay: UInt64 = 100_000_000

    /// Invalidates a removed entry.
    func entryGone(_ entry: RemovedEntry) {
        let group = group ?? InvalidationGroup()
        self.group = group
        group.outstanding.append(ObjectIdentifier(entry.parent))
        tell([entry], group)
    }

    /// Calls `answer` when the kernel has dropped all entries that the handler has removed, or when
    /// that takes too long.
    func afterInvalidation(_ answer: @escaping () -> Void) {
        guard let group, group.outstanding.contains(where: { !stuck.contains($0) }) else {
            return answer()
        }
        group.number = requests.park(for: Self.patience) { [unowned self] ending in
            // Later requests do not wait for the same directory.
            if case .late = ending { stuck.formUnion(group.outstanding) }
            answer()
        }
    }

    /// Makes the kernel drop what it caches below a removed directory.
    ///
    /// It drops the entries together with the directory, except those of open files and of working
    /// directories. These would stay as long as there is memory, and keep their subjects alive.
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
                // Not notify_delete, which would notify inotify as well: the kernel refuses it for
                // directories with cached children.
                fuse_lowlevel_notify_inval_entry(
                    connection.pointer,
                    entry.parent.id,
                    entry.name,
                    entry.name.utf8.count
                )
            }
            // Releasing the last reference to a node may release state that the lock guards.
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
