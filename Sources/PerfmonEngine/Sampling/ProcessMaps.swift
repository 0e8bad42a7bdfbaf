internal import Glibc
internal import LinuxSupport
internal import PerfmonModel

/// What /proc says of a process: its name and the code it maps.
enum ProcessMaps {
    /// The name of a thread; nil when it is gone.
    static func name(of tid: Int32, in pid: Int32) -> String? {
        guard let text = ProcessFile.text("/proc/\(pid)/task/\(tid)/comm") else { return nil }
        return String(text.prefix { $0 != "\n" })
    }

    /// The process of a thread, from `/proc/TID/status`.
    static func processID(in status: String) -> Int32? {
        let label = "Tgid:"
        let line = status.split(separator: "\n").first { $0.hasPrefix(label) }
        let word = line?.dropFirst(label.count).split { $0 == " " || $0 == "\t" }.first
        return word.flatMap { Int32($0) }
    }

    /// The code that a process maps, as one of its running threads shows it; none when it may not be
    /// looked at.
    static func code(of pid: Int32, by tid: Int32) -> [MappedCode] {
        parse(ProcessFile.text("/proc/\(tid)/maps") ?? "", pid: pid)
    }

    /// The executable parts of `/proc/PID/maps`.
    static func parse(_ maps: String, pid: Int32) -> [MappedCode] {
        maps.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            guard words.count >= 5, words[1].dropFirst(2).first == "x" else { return nil }
            let ends = words[0].split(separator: "-")
            let device = words[3].split(separator: ":")
            guard ends.count == 2, device.count == 2,
                let start = UInt64(ends[0], radix: 16), let end = UInt64(ends[1], radix: 16),
                let offset = UInt64(words[2], radix: 16), end >= start,
                let major = UInt32(device[0], radix: 16), let minor = UInt32(device[1], radix: 16)
            else { return nil }
            let path = words.count > 5 ? words[5].drop { $0 == " " } : ""
            return MappedCode(
                pid: pid,
                tid: pid,
                address: start,
                length: end - start,
                offset: offset,
                major: major,
                minor: minor,
                inode: UInt64(words[4]) ?? 0,
                protection: protection(words[1]),
                flags: UInt32(words[1].last == "s" ? MAP_SHARED : MAP_PRIVATE),
                path: path.isEmpty ? "//anon" : String(path)
            )
        }
    }

    private static func protection(_ letters: Substring) -> UInt32 {
        let bits: [Character: Int32] = ["r": PROT_READ, "w": PROT_WRITE, "x": PROT_EXEC]
        return letters.reduce(0) { $0 | UInt32(bits[$1] ?? 0) }
    }
}
