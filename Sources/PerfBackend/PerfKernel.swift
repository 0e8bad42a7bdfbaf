internal import LinuxSupport

/// What the running kernel says of itself in /proc and /sys.
struct PerfKernel: Sendable {
    /// Tests put their own directories here.
    let files: KernelFiles

    init(files: KernelFiles = KernelFiles()) {
        self.files = files
    }

    /// `perf_event_paranoid`; nil when the kernel has no perf events.
    var paranoid: Int? {
        files.number("/proc/sys/kernel/perf_event_paranoid")
    }

    /// `kernel.yama.ptrace_scope`; nil when the kernel has no such rule.
    var ptraceScope: Int? {
        files.number("/proc/sys/kernel/yama/ptrace_scope")
    }

    /// `perf_event_max_sample_rate`: overflows of one event a second before the kernel throttles it.
    var maxSampleRate: Int { givenMaxSampleRate ?? 100_000 }

    /// The same; nil when the kernel does not say.
    var givenMaxSampleRate: Int? {
        files.number("/proc/sys/kernel/perf_event_max_sample_rate")
    }

    /// Nanoseconds that a clock event must have between overflows not to be throttled.
    var shortestClockDistance: UInt64 {
        max(20_000, 2_000_000_000 / UInt64(max(maxSampleRate, 1)))
    }

    /// CPUs that are online now.
    var onlineCPUs: [Int] {
        CPUNumbers.parse((try? files.text("/sys/devices/system/cpu/online")) ?? "")
    }
}
