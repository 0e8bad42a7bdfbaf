internal import Glibc
internal import LinuxSupport

/// What the running kernel says of itself in /proc and /sys.
struct PerfKernel: Sendable {
    /// Where sysfs and proc are mounted; tests put their own directories here.
    let sysfs: String
    let proc: String

    init(sysfs: String = "/sys", proc: String = "/proc") {
        self.sysfs = sysfs
        self.proc = proc
    }

    /// `perf_event_paranoid`; nil when the kernel has no perf events.
    var paranoid: Int? {
        number("\(proc)/sys/kernel/perf_event_paranoid")
    }

    /// `kernel.yama.ptrace_scope`; nil when the kernel has no such rule.
    var ptraceScope: Int? {
        number("\(proc)/sys/kernel/yama/ptrace_scope")
    }

    /// `perf_event_max_sample_rate`: overflows of one event a second before the kernel throttles it.
    var maxSampleRate: Int { givenMaxSampleRate ?? 100_000 }

    /// The same; nil when the kernel does not say.
    var givenMaxSampleRate: Int? {
        number("\(proc)/sys/kernel/perf_event_max_sample_rate")
    }

    /// Nanoseconds that a clock event must have between overflows not to be throttled.
    var shortestClockDistance: UInt64 {
        max(20_000, 2_000_000_000 / UInt64(max(maxSampleRate, 1)))
    }

    /// Whether the NMI watchdog occupies a hardware counter.
    var hasNMIWatchdog: Bool {
        number("\(proc)/sys/kernel/nmi_watchdog") == 1
    }

    /// CPUs that are online now.
    var onlineCPUs: [Int] {
        CPUNumbers.parse(text("\(sysfs)/devices/system/cpu/online") ?? "")
    }

    /// Whether a thread exists and is not on its way out.
    ///
    /// The kernel takes the events from an exiting thread before it becomes a zombie; only its
    /// flags tell by then.
    func isRunning(_ tid: Int32) -> Bool {
        guard let (state, flags) = stateAndFlags(ofThread: tid) else { return false }
        let isExiting = flags & 0x4 != 0
        return !isExiting && state != UInt8(ascii: "Z") && state != UInt8(ascii: "X")
    }

    /// Whether a thread exists and runs no program, but the kernel alone.
    func isOfKernel(_ tid: Int32) -> Bool {
        (stateAndFlags(ofThread: tid)?.flags ?? 0) & 0x20_0000 != 0
    }

    /// State and flags of a thread in `/proc/TID/stat`; nil when there is none.
    private func stateAndFlags(ofThread tid: Int32) -> (state: UInt8, flags: UInt64)? {
        withBytes(of: "\(proc)/\(tid)/stat") { bytes -> (UInt8, UInt64)? in
            // The name in parentheses may hold anything, so fields count from its end.
            guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
            let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " "))
            guard fields.count > 6, let state = fields[0].first else { return nil }
            return (state, fields[6].reduce(UInt64(0)) { $0 &* 10 &+ UInt64($1 &- 48) })
        } ?? nil
    }

    /// The value of a field in `/proc/TID/status`, such as `Uid`.
    func status(ofThread tid: Int32, field: String) -> String? {
        let lines = (text("\(proc)/\(tid)/status") ?? "").split(separator: "\n")
        return lines.first { $0.hasPrefix(field + ":") }.map { line in
            String(line.dropFirst(field.count + 1).drop(while: \.isWhitespace))
        }
    }

    /// Whether a signal waits for a thread.
    func hasPending(_ signal: Int32, thread tid: Int32) -> Bool {
        hasSignal(signal, inField: "SigPnd", ofThread: tid)
    }

    /// Whether a thread keeps a signal off.
    func blocks(_ signal: Int32, thread tid: Int32) -> Bool {
        hasSignal(signal, inField: "SigBlk", ofThread: tid)
    }

    private func hasSignal(_ signal: Int32, inField field: String, ofThread tid: Int32) -> Bool {
        let mask = status(ofThread: tid, field: field).flatMap { UInt64($0, radix: 16) } ?? 0
        return mask >> UInt64(signal - 1) & 1 != 0
    }

    /// A small file, without the white space that ends it; nil when it cannot be read.
    func text(_ path: String) -> String? {
        withBytes(of: path) { bytes in
            let end = bytes.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? 0
            return String(decoding: bytes[..<end], as: UTF8.self)
        }
    }

    private func withBytes<Result>(
        of path: String,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // None of the files read here is longer.
        return withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 1) { buffer in
            let got = read(descriptor, buffer.baseAddress, buffer.count)
            guard got >= 0 else { return nil }
            return body(UnsafeRawBufferPointer(rebasing: buffer.prefix(got)))
        }
    }

    /// Names in a directory, sorted by their bytes; empty when it cannot be read.
    func entries(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private func number(_ path: String) -> Int? {
        text(path).flatMap { Int($0) }
    }

    /// Where a symbolic link points to; nil when it cannot be read.
    static func link(_ path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let length = readlink(path, base, 255)
            guard length > 0 else { return nil }
            return String(
                decoding: UnsafeRawBufferPointer(buffer).prefix(length),
                as: UTF8.self
            )
        }
    }
}
