internal import LinuxSupport
internal import SystemPackage

/// Has rings looked at that do not wake the reader.
///
/// Those of whole CPUs never wake it sample by sample: its own wake-ups would be sampled in turn.
/// Those of buffered sessions would cost more time in waking than in sampling.
final class PerfScanTimer {
    private let timer: TimerDescriptor
    private var isRunning = false

    /// Nanoseconds from one look to the next.
    private static let interval: UInt64 = 5_000_000

    init() throws(Errno) {
        timer = try TimerDescriptor()
    }

    /// The number, for the epoll set.
    var raw: Int32 { timer.raw }

    /// Nanoseconds to a look that cannot wait.
    private static let soon: UInt64 = 50_000

    /// Brings the next look forward.
    func hurry() {
        guard isRunning else { return }
        // Without it the look comes at its usual time.
        try? timer.set(in: Self.soon, every: Self.interval)
    }

    func run(_ isWanted: Bool) {
        guard isWanted != isRunning else { return }
        let span = isWanted ? Self.interval : 0
        do throws(Errno) {
            try timer.set(in: span, every: span)
            isRunning = isWanted
        } catch {
            // Asked again at the next start or drain; until then rings are read when half full.
        }
    }

    /// Takes note of an expiry, so that it is not reported again.
    func clear() {
        timer.takeExpirations()
    }
}
