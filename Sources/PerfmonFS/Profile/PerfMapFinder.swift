import CLinux
import LinuxSupport
import PerfmonEngine
import PrivilegeSupport

/// Finds the map that the just-in-time compiler of a process has written.
///
/// Everybody can write into /tmp, so names are taken from the process's own user and from root
/// alone. What user a process had is remembered from when it was first seen: once it has ended
/// nobody can be asked.
struct PerfMapFinder {
    private let files: ClientFiles
    private let neighbours: Neighbours

    init(_ files: ClientFiles, _ neighbours: Neighbours) {
        self.files = files
        self.neighbours = neighbours
    }

    /// - Parameter isLiving: the process has neither ended nor executed another program.
    func find(of space: ProcessReplay.Space, isLiving: Bool) -> PerfMapFile? {
        let threads = isLiving ? space.threads : []
        let status = threads.lazy.compactMap { ThreadStatus(ofThread: $0) }.first
        var users: Set<UInt32> = [0]
        if let uid = space.uid { users.insert(uid) }
        // Real, effective, saved and file system user.
        let now: [UInt32] = status?.numbers("Uid") ?? []
        if now.count == 4 { users.insert(now[1]) }
        let told: [Int32] = status?.numbers("NStgid") ?? []
        let inner = told.last ?? space.innermostID ?? space.pid
        let roots = threads + neighbours.inhabitants(of: space.mountNamespace)
        let paths =
            roots.map { "/proc/\($0)/root/tmp/perf-\(inner).map" }
            + ["/tmp/perf-\(space.pid).map"]
        for path in paths {
            guard let file = files.open(path, followsLinks: false) else { continue }
            let map = PerfMapFile(takingOver: file, size: Self.size(file), isGrowing: isLiving)
            var found = clinux_file()
            if clinux_fstat(file, &found) == 0, found.is_regular != 0, users.contains(found.uid) {
                return map
            }
            map.close()
        }
        return nil
    }

    private static func size(_ file: Int32) -> UInt64 {
        var found = clinux_file()
        return clinux_fstat(file, &found) == 0 ? found.size : 0
    }
}
