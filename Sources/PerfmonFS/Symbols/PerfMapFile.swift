import CLinux
import Glibc
import PerfmonEngine
import PrivilegeSupport

/// `/tmp/perf-PID.map`: the names that a just-in-time compiler gives to its code, one a line as
/// `START SIZE NAME`.
struct PerfMapFile {
    private let lines: [UInt8]

    /// Bytes of the largest file that is read.
    private static let limit: UInt64 = 1 << 26
    /// Looks at addresses that a file may cost, however its lines overlap.
    private static let workLimit = 1 << 24

    /// Reads the map of a process; nil when it has none of its own.
    init?(pid: Int32, with files: ClientFiles) {
        let inner = Self.innermostID(of: pid)
        let owner = Self.owner(ofProcess: pid)
        for path in ["/proc/\(pid)/root/tmp/perf-\(inner).map", "/tmp/perf-\(pid).map"] {
            guard let file = files.open(path, followsLinks: false) else { continue }
            defer { close(file) }
            var found = clinux_file()
            guard clinux_fstat(file, &found) == 0, found.is_regular != 0 else { continue }
            // Anybody may write into /tmp; names are believed from the process's own user alone.
            if let owner, found.uid != owner, found.uid != 0 { continue }
            let size = Int(min(found.size, Self.limit))
            lines = BoundedFile.bytes(file, at: 0, count: size)
            return
        }
        return nil
    }

    init(lines: [UInt8]) {
        self.lines = lines
    }

    /// The names of addresses, which are in ascending order. Code is written anew at the same
    /// place: the last line counts.
    func names(of addresses: [UInt64]) -> [UInt64: String] {
        var result: [UInt64: String] = [:]
        var work = 0
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
            guard words.count == 3, let start = Self.hex(words[0]), let size = Self.hex(words[1])
            else { continue }
            var index = addresses.partitioningIndex { $0 >= start }
            var name: String?
            while index < addresses.count, addresses[index] - start < size {
                name = name ?? String(decoding: words[2], as: UTF8.self)
                result[addresses[index]] = name
                index += 1
                work += 1
            }
            if work > Self.workLimit { return result }
        }
        return result
    }

    private static func hex(_ word: ArraySlice<UInt8>) -> UInt64? {
        let digits = word.starts(with: [0x30, 0x78]) ? word.dropFirst(2) : word
        return UInt64(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    /// The id of the process in its own pid namespace, by which it names its file.
    private static func innermostID(of pid: Int32) -> String {
        let status = BoundedFile.text("/proc/\(pid)/status", limit: 1 << 14)
        let line = status.split(separator: "\n").first { $0.hasPrefix("NSpid:") }
        let last = line?.split { $0 == " " || $0 == "\t" }.last
        return last.map(String.init) ?? "\(pid)"
    }

    private static func owner(ofProcess pid: Int32) -> UInt32? {
        var found = clinux_file()
        return clinux_stat("/proc/\(pid)", &found) == 0 ? found.uid : nil
    }
}
