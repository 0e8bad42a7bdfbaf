import Glibc
import LinuxSupport
import PerfmonEngine
import PrivilegeSupport

/// Who may learn where the kernel lies and what its functions are called: whom the kernel itself
/// would tell.
enum KernelSecrecy {
    /// Bytes of the list that decide. To others the kernel shows zeros throughout; but it can also
    /// begin with symbols that really are at 0, such as those of x86 for each CPU.
    private static let first = 1 << 16
    private static let most = 1 << 20

    static func mayKnow(_ client: Client) -> Bool {
        guard let file = ClientFiles(client).open("/proc/kallsyms") else { return false }
        defer { close(file) }
        var lines = KernelLines(file)
        let limit = client.uid == 0 ? most : first
        while lines.taken < limit, let piece = lines.next() {
            if KernelLines.hasAddress(piece) { return true }
        }
        return false
    }
}

/// Where the kernel's code lies, for perf to look its own symbols up.
struct KernelMap: Sendable {
    let start: UInt64
    let end: UInt64
}

extension KernelMap {
    /// What the kernel says of itself to a client; nil when it hides its addresses from it.
    static func ofThisMachine(for client: Client) -> KernelMap? {
        guard let file = ClientFiles(client).open("/proc/kallsyms") else { return nil }
        defer { close(file) }
        var lines = KernelLines(file)
        while let piece = lines.next() {
            for line in piece.split(separator: UInt8(ascii: "\n")) {
                guard line.count == 24, line.suffix(6).elementsEqual(" _text".utf8),
                    let start = UInt64(String(decoding: line.prefix(16), as: UTF8.self), radix: 16)
                else { continue }
                return start >> 63 == 1 ? KernelMap(start: start) : nil
            }
        }
        return nil
    }

    private init(start: UInt64) {
        // Modules begin here on x86; elsewhere they lie below the kernel.
        let modules: UInt64 = 0xffff_ffff_c000_0000
        self.init(start: start, end: start < modules ? modules : .max)
    }
}

/// The lines of /proc/kallsyms, some thousands at a time.
struct KernelLines {
    private let file: Int32
    private var rest: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    /// Bytes that were read.
    private(set) var taken = 0

    /// - Parameter file: open, and the caller's to close.
    init(_ file: Int32) {
        self.file = file
    }

    /// Whole lines; nil at the end.
    mutating func next() -> [UInt8]? {
        while true {
            let got = read(file, &buffer, buffer.count)
            guard got > 0 else { return nil }
            taken += got
            rest += buffer[..<got]
            guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else {
                if rest.count > buffer.count { return nil }
                continue
            }
            let lines = Array(rest[...end])
            rest.removeFirst(end + 1)
            return lines
        }
    }

    /// Whether any line begins with an address other than 0.
    static func hasAddress(_ lines: [UInt8]) -> Bool {
        lines.split(separator: UInt8(ascii: "\n")).contains { line in
            line.count > 16
                && line.prefix(16).contains { $0 != UInt8(ascii: "0") && $0 != UInt8(ascii: " ") }
        }
    }
}
