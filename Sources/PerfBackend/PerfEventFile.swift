internal import CPerfEvent
internal import Glibc
internal import LinuxSupport
internal import SystemPackage

/// The kernel's calls on perf events, each with its errno as the error.
///
/// Descriptors are plain numbers here; `OwnedDescriptor` and `OwnedDescriptors` own them.
enum PerfEventFile {
    /// perf_event_open(2).
    ///
    /// - Parameters:
    ///   - tid: 0 for the calling thread, -1 for every thread on `cpu`.
    ///   - cpu: -1 for any CPU.
    ///   - group: the leader to join, -1 for none.
    static func open(
        _ attributes: perf_event_attr,
        tid: Int32,
        cpu: Int32,
        group: Int32 = -1
    ) throws(Errno) -> OwnedDescriptor {
        var attributes = attributes
        return try OwnedDescriptor(
            checking: SystemCall.openEvent.make {
                cperf_event_open(&attributes, tid, cpu, group, UInt(PERF_FLAG_FD_CLOEXEC))
            }
        )
    }

    /// Lets an event, and with it the group it leads, count.
    static func enable(_ event: Int32) {
        // Neither this nor disabling can fail on an open event.
        _ = cperf_enable(event)
    }

    /// Halts an event, and with it the group it leads.
    static func disable(_ event: Int32) {
        _ = cperf_disable(event)
    }

    /// Sets the period. A halted event begins it at once. A running one of hardware or a clock does
    /// so too; any other overflows at its next event, and begins the new period one interval
    /// later (`PerfPace`). The count never changes.
    static func setPeriod(_ event: Int32, _ period: UInt64) throws(Errno) {
        guard SystemCall.setPeriod.make({ cperf_set_period(event, period) }) == 0 else {
            throw Errno(rawValue: errno)
        }
    }

    /// Makes an event write its samples into another event's ring.
    static func setOutput(_ event: Int32, ring: Int32) throws(Errno) {
        guard SystemCall.setOutput.make({ cperf_set_output(event, ring) }) == 0 else {
            throw Errno(rawValue: errno)
        }
    }

    /// The number that samples and group reads identify the event with.
    static func id(_ event: Int32) throws(Errno) -> UInt64 {
        var id: UInt64 = 0
        guard SystemCall.eventID.make({ cperf_get_id(event, &id) }) == 0 else {
            throw Errno(rawValue: errno)
        }
        return id
    }
}
