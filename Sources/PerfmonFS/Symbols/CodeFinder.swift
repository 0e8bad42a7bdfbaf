import CLinux
import Glibc
import PerfmonEngine
import PerfmonModel
import PrivilegeSupport

/// Opens the files that processes have mapped, as whoever asks.
///
/// A path alone says little: another file can be there by now, or in another container. Of what is
/// found only the file that was mapped is taken: by its build id, else by device, inode and
/// generation.
struct CodeFinder {
    /// A file that is the mapped one.
    struct Found: ~Copyable {
        let elf: ElfFile
        let belief: CodeBelief
        /// Where paths begin for the process: `/proc/PID/root`, or nothing.
        let root: String
    }

    /// A process that maps the file.
    struct User {
        /// Threads that may be left of it, its first one included.
        let threads: [Int32]
        /// Where it maps the file; nil when it executed another program since, or has ended.
        let range: (first: UInt64, last: UInt64)?
        /// The inode of its mount namespace; 0 when it is not known.
        let mountNamespace: UInt64
    }

    private let files: ClientFiles
    private let clockOffset: Int64
    private let neighbours: Neighbours

    /// The most processes of one file that are asked for it.
    private static let mostUsers = 16

    init(_ files: ClientFiles, _ neighbours: Neighbours, clockOffset: Int64) {
        self.files = files
        self.neighbours = neighbours
        self.clockOffset = clockOffset
    }

    /// - Parameter seen: when the file was last mapped for certain.
    func find(_ file: CodeFile, _ users: [User], seen: UInt64) -> Found? {
        let users = users.prefix(Self.mostUsers)
        let roots = users.flatMap(\.threads).map { "/proc/\($0)/root" } + [""]
        for root in roots {
            if let found = find(file, below: root, seen) { return found }
        }
        for user in users {
            if let found = pinned(file, by: user, seen) { return found }
        }
        let namespaces = Set(users.map(\.mountNamespace))
        for pid in namespaces.flatMap(neighbours.inhabitants) {
            if let found = find(file, below: "/proc/\(pid)/root", seen) { return found }
        }
        return nil
    }

    private func find(_ file: CodeFile, below root: String, _ seen: UInt64) -> Found? {
        for path in file.paths {
            guard let descriptor = files.open(Array(root.utf8) + path) else { continue }
            if let found = taken(descriptor, file, root, seen) { return found }
        }
        return nil
    }

    /// What a living process still has of a file that has no name any more, or another one.
    private func pinned(_ file: CodeFile, by user: User, _ seen: UInt64) -> Found? {
        guard let range = user.range else { return nil }
        let program = "exe"
        let ends = String(range.first, radix: 16) + "-" + String(range.last &+ 1, radix: 16)
        for thread in user.threads {
            for name in [program, "map_files/\(ends)"] {
                guard let descriptor = files.open("/proc/\(thread)/\(name)") else { continue }
                let root = "/proc/\(thread)/root"
                let pin = name == program ? Pin.program : .mapping
                if let found = taken(descriptor, file, root, seen, pin) { return found }
            }
        }
        return nil
    }

    /// How a living process holds a file that was opened through it.
    private enum Pin {
        case program, mapping
    }

    /// Takes a descriptor over, if it is the file.
    private func taken(
        _ descriptor: Int32,
        _ file: CodeFile,
        _ root: String,
        _ seen: UInt64,
        _ pin: Pin? = nil
    ) -> Found? {
        var status = clinux_file()
        let mapped = file.mapped
        guard clinux_fstat(descriptor, &status) == 0, status.is_regular != 0 else {
            close(descriptor)
            return nil
        }
        var belief = CodeBelief.always
        if mapped.buildID.isEmpty {
            // Removing and renaming change the inode, too; but nobody can write into a program
            // that runs, or into a file that has no name any more.
            let isKept = pin == .program || pin == .mapping && status.links == 0
            belief = .since(isKept ? status.modified : status.changed)
            guard FileIdentity(of: descriptor, status, below: root).is(mapped),
                belief.covers(seen, clockOffset: clockOffset)
            else {
                close(descriptor)
                return nil
            }
        }
        guard let elf = ElfFile.take(over: descriptor),
            mapped.buildID.isEmpty || elf.buildID() == mapped.buildID
        else { return nil }
        return Found(elf: elf, belief: belief, root: root)
    }
}
