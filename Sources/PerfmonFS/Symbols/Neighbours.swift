import CLinux
import Glibc
import LinuxSupport
import PerfmonEngine
import PrivilegeSupport

/// Which processes live in which mount namespace.
final class Neighbours {
    private let files: ClientFiles
    /// By namespace, once somebody asked.
    private var known: [UInt64: [Int32]]?

    /// The most of one namespace that are of use, the most that are looked at, and nanoseconds that
    /// this may take.
    private static let mostInOne = 4
    private static let most = 1 << 14
    private static let longest: UInt64 = 1_000_000_000

    init(_ files: ClientFiles) {
        self.files = files
    }

    /// Some of those whose mount namespace has an inode; none for 0.
    func inhabitants(of namespace: UInt64) -> [Int32] {
        guard namespace != 0 else { return [] }
        let known = self.known ?? look()
        self.known = known
        return known[namespace] ?? []
    }

    private func look() -> [UInt64: [Int32]] {
        guard let directory = opendir("/proc") else { return [:] }
        defer { closedir(directory) }
        var found: [UInt64: [Int32]] = [:]
        let end = MonotonicClock.now + Self.longest
        var looks = 0
        while let entry = readdir(directory), looks < Self.most, MonotonicClock.now < end {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let pid = Int32(name) else { continue }
            looks += 1
            guard let file = files.open("/proc/\(pid)/ns/mnt") else { continue }
            defer { close(file) }
            var status = clinux_file()
            guard clinux_fstat(file, &status) == 0,
                found[status.inode]?.count ?? 0 < Self.mostInOne
            else { continue }
            found[status.inode, default: []].append(pid)
        }
        return found
    }
}
