internal import Glibc

/// A thread's locked memory and the limit of it, in bytes.
package struct LockedMemory: Sendable, Equatable {
    /// What its process has locked (`VmLck`).
    package var current: UInt64
    /// The soft limit (RLIMIT_MEMLOCK); all ones: none.
    package var maximum: UInt64

    package init(current: UInt64, maximum: UInt64) {
        self.current = current
        self.maximum = maximum
    }

    /// The kernel's own limit for those who have no other, which is also that of a thread that
    /// cannot be looked at.
    static let unknown = LockedMemory(current: 0, maximum: 8 << 20)

    /// As the kernel tells it of a thread that waits for an answer.
    package static func ofThread(_ tid: Int32) -> LockedMemory {
        guard tid > 0,
            let limits = ProcessFile.text("/proc/\(tid)/limits"),
            let status = ThreadStatus(ofThread: tid),
            let maximum = maximum(in: limits)
        else { return .unknown }
        return LockedMemory(current: current(in: status), maximum: maximum)
    }

    /// The soft limit in `/proc/TID/limits`; nil when it has no such line.
    static func maximum(in limits: String) -> UInt64? {
        let label = "Max locked memory"
        let line = limits.split(separator: "\n").first { $0.hasPrefix(label) }
        guard let word = line?.dropFirst(label.count).split(separator: " ").first else {
            return nil
        }
        return word == "unlimited" ? .max : UInt64(word)
    }

    /// `VmLck` of `/proc/TID/status`; a thread of the kernel has no such line.
    static func current(in status: ThreadStatus) -> UInt64 {
        (status.number("VmLck") ?? 0) << 10
    }
}
