import Glibc

/// What the daemon itself uses.
enum ProcessLimits {
    /// Descriptors that are open now.
    static var openDescriptors: UInt64 {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count: UInt64 = 0
        while let entry = readdir(directory) {
            if entry.pointee.d_name.0 != CChar(bitPattern: UInt8(ascii: ".")) { count += 1 }
        }
        // The descriptor of the listing itself is no use of ours.
        return count > 0 ? count - 1 : 0
    }

    /// Descriptors that may be open (`RLIMIT_NOFILE`).
    static var maximumDescriptors: UInt64 {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return UInt64(limit.rlim_cur)
    }

    /// The first line of a small file of the kernel; nil when it cannot be read.
    static func firstLine(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let length = read(descriptor, &bytes, bytes.count)
        guard length > 0 else { return nil }
        return String(decoding: bytes[0..<length].prefix { $0 != 0x0a }, as: UTF8.self)
    }
}
