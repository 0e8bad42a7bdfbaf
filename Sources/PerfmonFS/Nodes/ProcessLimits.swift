import Glibc

/// Small files of the kernel.
package enum ProcessLimits {
    /// The first line of a small file of the kernel; nil when it cannot be read.
    package static func firstLine(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let length = read(descriptor, &bytes, bytes.count)
        guard length > 0 else { return nil }
        return String(decoding: bytes[0..<length].prefix { $0 != 0x0a }, as: UTF8.self)
    }
}
