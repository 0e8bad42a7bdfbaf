internal import CLinux
internal import Glibc
internal import LinuxSupport
internal import PerfmonModel

/// What /proc says of a process: its names, its owner and the code it maps.
///
/// Everything is asked of a thread that was seen to run: of a process whose first thread has ended
/// the kernel shows no mappings under the process's own number.
enum ProcessMaps {
    /// The name of a thread; nil when it is gone.
    static func name(of tid: Int32, in pid: Int32) -> ByteString? {
        guard var bytes = ProcessFile.bytes("/proc/\(pid)/task/\(tid)/comm") else { return nil }
        // The name itself can hold newlines; only the last one is not part of it.
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return ByteString(bytes)
    }

    /// The owner and the namespaces of the process of a thread; nil when it is gone.
    static func find(_ tid: Int32) -> FoundProcess? {
        guard let status = ThreadStatus(ofThread: tid) else { return nil }
        var namespace = clinux_file()
        let isKnown = clinux_stat("/proc/\(tid)/ns/mnt", &namespace) == 0
        return found(in: status, mountNamespace: isKnown ? namespace.inode : 0)
    }

    /// The same from what the kernel says of a thread.
    static func found(in status: ThreadStatus, mountNamespace: UInt64) -> FoundProcess? {
        // Real, effective, saved and file system user.
        let users: [UInt32] = status.numbers("Uid")
        guard let pid = status.processID, users.count == 4 else { return nil }
        let ids: [Int32] = status.numbers("NStgid")
        return FoundProcess(
            pid: pid,
            uid: users[1],
            innermostID: ids.last ?? pid,
            mountNamespace: mountNamespace
        )
    }

    /// The code that the process of a thread maps; none when it may not be looked at.
    static func code(of tid: Int32, in pid: Int32) -> [MappedCode] {
        parse(ProcessFile.bytes("/proc/\(tid)/maps") ?? [], pid: pid)
    }

    /// The executable parts of `/proc/PID/maps`. A newline in a path is written as `\012` there,
    /// which may also be what the path really holds.
    static func parse(_ maps: [UInt8], pid: Int32) -> [MappedCode] {
        maps.split(separator: UInt8(ascii: "\n")).compactMap { line in
            // Five words; the path behind them can hold blanks, and can end in them.
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
            guard words.count >= 5, words[1].count >= 4, words[1].dropFirst(2).first == 0x78
            else { return nil }
            let ends = words[0].split(separator: UInt8(ascii: "-"))
            let device = words[3].split(separator: UInt8(ascii: ":"))
            guard ends.count == 2, device.count == 2,
                let start = number(ends[0], radix: 16), let end = number(ends[1], radix: 16),
                let offset = number(words[2], radix: 16), end >= start,
                let major = number(device[0], radix: 16),
                let minor = number(device[1], radix: 16)
            else { return nil }
            let path = words.count > 5 ? words[5].drop { $0 == UInt8(ascii: " ") } : []
            let isShared = words[1].last == UInt8(ascii: "s")
            return MappedCode(
                pid: pid,
                tid: pid,
                address: start,
                length: end - start,
                offset: offset,
                protection: protection(words[1]),
                flags: UInt32(isShared ? MAP_SHARED : MAP_PRIVATE),
                file: MappedFile(
                    path: path.isEmpty ? "//anon" : ByteString(path),
                    major: UInt32(truncatingIfNeeded: major),
                    minor: UInt32(truncatingIfNeeded: minor),
                    inode: number(words[4], radix: 10) ?? 0
                )
            )
        }
    }

    private static func number(_ word: ArraySlice<UInt8>, radix: Int) -> UInt64? {
        UInt64(String(decoding: word, as: UTF8.self), radix: radix)
    }

    private static func protection(_ letters: ArraySlice<UInt8>) -> UInt32 {
        letters.reduce(0) { bits, letter in
            switch letter {
            case UInt8(ascii: "r"): bits | UInt32(PROT_READ)
            case UInt8(ascii: "w"): bits | UInt32(PROT_WRITE)
            case UInt8(ascii: "x"): bits | UInt32(PROT_EXEC)
            default: bits
            }
        }
    }
}
