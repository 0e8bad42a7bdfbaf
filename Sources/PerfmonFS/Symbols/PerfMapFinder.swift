import CLinux
import PerfmonEngine

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
        let status = threads.lazy.map { BoundedFile.text("/proc/\($0)/status", limit: 1 << 14) }
            .first { !$0.isEmpty }
        var users: Set<UInt32> = [0]
        if let uid = space.uid { users.insert(uid) }
        if let uid = status.flatMap({ Self.field("Uid:", 2, $0) }) { users.insert(uid) }
        let told = status.flatMap { Self.field("NStgid:", -1, $0) }.flatMap { Int32(exactly: $0) }
        let inner = told ?? space.innermostID ?? space.pid
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

    /// A word behind a label; -1 is the last one.
    private static func field(_ label: String, _ index: Int, _ status: String) -> UInt32? {
        let line = status.split(separator: "\n").first { $0.hasPrefix(label) }
        guard let words = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }) else {
            return nil
        }
        let place = index < 0 ? words.count - 1 : index
        return words.indices.contains(place) ? UInt32(words[place]) : nil
    }
}
