import CLinux
import Glibc
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import PrivilegeSupport

/// A file whose code a process maps, or what the kernel names in its place.
struct CodeFile: Hashable {
    let mapped: MappedFile

    init(_ mapped: MappedFile) {
        self.mapped = mapped
    }

    private static let deleted = Array(" (deleted)".utf8)

    /// Names that the kernel gives to memory; nobody can open them by name.
    private static let memory = ["/dev/zero", "/anon_hugepage", "/memfd:", "/SYSV", "/[aio]"]
        .map { Array($0.utf8) }

    /// Whether there may be a file, not memory of the process or code of the kernel.
    var isFile: Bool {
        mapped.path.bytes.starts(with: Array("/".utf8))
            && !mapped.path.bytes.starts(with: Array("//".utf8))
    }

    /// Whether its path leads to it, as long as nothing is put in its place.
    var hasPath: Bool {
        isFile && !Self.memory.contains { mapped.path.bytes.starts(with: $0) }
    }

    /// Paths that it may have. The kernel marks files that were removed, and writes newlines in
    /// /proc/PID/maps as four letters; a file can really be called so.
    var paths: [[UInt8]] {
        guard hasPath else { return [] }
        var paths = [mapped.path.bytes]
        let plain = Self.withoutEscapes(mapped.path.bytes)
        if plain != paths[0] { paths.append(plain) }
        // The same build can have been installed anew.
        if !mapped.buildID.isEmpty, mapped.path.bytes.suffix(10) == Self.deleted[...] {
            paths.append(Array(mapped.path.bytes.dropLast(10)))
        }
        return paths
    }

    /// The last part of the path, in brackets as it is shown for want of a better name.
    var bracketed: ByteString {
        let name = mapped.path.bytes.split(separator: UInt8(ascii: "/")).last ?? []
        let isNamedByKernel = !isFile && name.first == UInt8(ascii: "[")
        return isNamedByKernel ? ByteString(name) : ByteString(Array("[".utf8) + name + [0x5d])
    }

    /// Whether it is the code that the kernel lends to every process, as this process has it too.
    func isVdso(at address: UInt64) -> Bool {
        // That of 32-bit processes is another one.
        mapped.path == "[vdso]" && address >> 32 != 0
    }

    private static func withoutEscapes(_ path: [UInt8]) -> [UInt8] {
        let escape = Array("\\012".utf8)
        guard path.contains(UInt8(ascii: "\\")) else { return path }
        var plain: [UInt8] = []
        var index = 0
        while index < path.count {
            if path[index...].starts(with: escape) {
                plain.append(UInt8(ascii: "\n"))
                index += escape.count
            } else {
                plain.append(path[index])
                index += 1
            }
        }
        return plain
    }
}

/// How far a file that was opened is taken for the one that was mapped.
enum CodeBelief {
    /// Its build id is that of the mapping.
    case always
    /// It is the same inode, and was last changed then (nanoseconds since 1970): it is the file of
    /// every mapping since.
    case since(Int64)

    /// - Parameters:
    ///   - seen: when it was mapped for certain, in nanoseconds of CLOCK_MONOTONIC.
    ///   - clockOffset: what the wall clock is ahead of that clock.
    func covers(_ seen: UInt64, clockOffset: Int64) -> Bool {
        switch self {
        case .always: true
        case .since(let change):
            Int128(change) + Int128(Self.margin(change)) <= Int128(seen) + Int128(clockOffset)
        }
    }

    /// File systems take the time of the last tick; some know seconds only, FAT every second one.
    private static func margin(_ change: Int64) -> Int64 {
        change % 1_000_000_000 == 0 ? 2_000_000_000 : tick
    }

    private static let tick: Int64 = {
        var span = timespec()
        guard clock_getres(CLOCK_REALTIME_COARSE, &span) == 0 else { return 10_000_000 }
        return Int64(span.tv_nsec)
    }()
}
