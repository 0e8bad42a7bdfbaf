import Glibc
import LinuxSupport
import PerfmonEngine
import PrivilegeSupport

/// Who may learn where the kernel lies and what its functions are called: whom the kernel itself
/// would tell.
enum KernelSecrecy {
    static func mayKnow(_ files: ClientFiles) -> Bool {
        guard let file = files.open("/proc/kallsyms") else { return false }
        defer { close(file) }
        // To others the kernel shows zeros.
        return BoundedFile.bytes(file, at: 0, count: 16).contains { $0 != UInt8(ascii: "0") }
    }
}

/// Where the kernel's code lies, for perf to look its own symbols up.
struct KernelMap: Sendable {
    let start: UInt64
    let end: UInt64
}

extension KernelMap {
    /// What the kernel says of itself to a client; nil when it hides its addresses from him.
    static func ofThisMachine(for files: ClientFiles) -> KernelMap? {
        guard let file = files.open("/proc/kallsyms") else { return nil }
        defer { close(file) }
        // The symbols come in ascending order, and the first is the one looked for or beside it.
        let text = String(
            decoding: BoundedFile.bytes(file, at: 0, count: 1 << 17),
            as: UTF8.self
        )
        let words = text.split(separator: "\n").lazy.map { $0.split(separator: " ") }
        guard let line = words.first(where: { $0.count == 3 && $0[2] == "_text" }),
            let start = UInt64(line[0], radix: 16), start >> 63 == 1
        else { return nil }
        // Modules begin here on x86; elsewhere they lie below the kernel.
        let modules: UInt64 = 0xffff_ffff_c000_0000
        return KernelMap(start: start, end: start < modules ? modules : .max)
    }
}
