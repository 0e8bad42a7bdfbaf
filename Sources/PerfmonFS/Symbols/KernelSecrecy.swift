import PerfmonEngine

/// Who may learn where the kernel lies and what its functions are called: whom the kernel itself
/// would tell.
enum KernelSecrecy {
    static func mayKnow(_ client: Client) -> Bool {
        if client.uid == 0 { return true }
        return number("/proc/sys/kernel/kptr_restrict") == 0
            && (number("/proc/sys/kernel/perf_event_paranoid") ?? 2) <= 1
    }

    private static func number(_ path: String) -> Int? {
        ProcessLimits.firstLine(of: path).flatMap { Int($0) }
    }
}

extension KernelMap {
    /// What the kernel says of itself; nil when it hides its addresses.
    static func ofThisMachine() -> KernelMap? {
        // The symbols come in ascending order, and the first is the one looked for or beside it.
        let lines = BoundedFile.text("/proc/kallsyms", limit: 1 << 17).split(separator: "\n")
        let words = lines.lazy.map { $0.split(separator: " ") }
        guard let line = words.first(where: { $0.count == 3 && $0[2] == "_text" }),
            let start = UInt64(line[0], radix: 16), start >> 63 == 1
        else { return nil }
        // Modules begin here on x86; elsewhere they lie below the kernel.
        let modules: UInt64 = 0xffff_ffff_c000_0000
        return KernelMap(start: start, end: start < modules ? modules : .max)
    }
}
