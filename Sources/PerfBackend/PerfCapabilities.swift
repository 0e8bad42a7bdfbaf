internal import CLinux
internal import CPerfEvent
internal import Glibc
internal import PerfmonModel
internal import SystemPackage

/// What the perf backend can do on this machine (`info/backends`, `info/features`).
struct PerfCapabilities: Sendable {
    /// One kind of event.
    struct Kind: Sendable, Equatable {
        /// `software`, `clock`, `tracepoint`, `breakpoint`, `hardware`, or the name of a PMU.
        let name: String
        /// Why it cannot be counted; empty when it can.
        let refusal: String
        /// Whether its counters can overflow.
        let canOverflow: Bool
    }

    /// One thing that was tried, for kernels differ too much to trust their version number.
    struct Check: Sendable, Equatable {
        let name: String
        /// What went wrong; empty when nothing did.
        let fault: String
    }

    /// `perf_event_paranoid`.
    let paranoid: Int
    /// `perf_event_max_sample_rate`, overflows a second.
    let maxSampleRate: Int
    /// The NMI watchdog occupies a hardware counter.
    let hasNMIWatchdog: Bool
    /// The exit of one thread can be waited for (Linux 6.9).
    let hasThreadPidfds: Bool
    /// Threads can be held at their overflows (Linux 5.13).
    let canHold: Bool
    let kinds: [Kind]
    /// The self-test's results.
    let checks: [Check]
}

extension PerfBackend {
    /// Tries everything out, in some milliseconds on the calling thread.
    ///
    /// Not before the program has put itself in the background: it opens events.
    func examine() -> PerfCapabilities {
        PerfCapabilities(
            paranoid: kernel.paranoid ?? 0,
            maxSampleRate: kernel.maxSampleRate,
            hasNMIWatchdog: kernel.hasNMIWatchdog,
            hasThreadPidfds: hasThreadPidfds,
            canHold: canHold,
            kinds: kinds,
            checks: PerfSelfTest(self).checks
        )
    }

    private var hasThreadPidfds: Bool {
        guard
            let own = try? ThreadHandle(
                clinux_gettid(),
                kernel: kernel,
                usesPidfd: usesThreadPidfds
            )
        else { return false }
        return own.pidfd != nil
    }

    private var canHold: Bool {
        var attr = PerfOpening.dummy
        attr.disabled = 1
        attr.sample_period = 1
        attr.sigtrap = 1
        attr.remove_on_exec = 1
        return (try? PerfEventFile.open(attr, tid: 0, cpu: -1)) != nil
    }

    private var kinds: [PerfCapabilities.Kind] {
        var cell: UInt64 = 0
        var kinds = withUnsafeMutablePointer(to: &cell) { cell in
            [
                kind("software", .software(PERF_COUNT_SW_PAGE_FAULTS)),
                kind("clock", .software(PERF_COUNT_SW_TASK_CLOCK)),
                kind("breakpoint", .writes(to: cell)),
                kind("hardware", .hardware(PERF_COUNT_HW_CPU_CYCLES), event: "cycles"),
            ]
        }
        kinds.append(
            PerfCapabilities.Kind(
                name: "tracepoint",
                refusal: tracepointRefusal,
                canOverflow: true
            )
        )
        for pmu in pmus.all where !Self.namedOtherwise.contains(pmu.name) {
            kinds.append(kind(of: pmu))
        }
        return kinds
    }

    /// PMUs that have a class of their own in the generic layout.
    private static let namedOtherwise: Set<String> = [
        "software", "tracepoint", "breakpoint", "uprobe", "kprobe",
    ]

    private func kind(
        _ name: String,
        _ attr: perf_event_attr,
        event: String? = nil
    ) -> PerfCapabilities.Kind {
        let event = event ?? name
        let refusal = trial(attr, event, isPerCPU: false)
        var sampling = attr
        sampling.sample_period = PerfOpening.maxDistance
        return PerfCapabilities.Kind(
            name: name,
            refusal: refusal,
            canOverflow: refusal.isEmpty && trial(sampling, event, isPerCPU: false).isEmpty
        )
    }

    private func kind(of pmu: SysfsPmu) -> PerfCapabilities.Kind {
        var attr = PerfOpening.dummy
        attr.type = pmu.type
        attr.config = 0
        attr.exclude_kernel = 0
        let isPerCPU = pmu.designatedCPUs != nil
        let refusal = trial(attr, pmu.name, isPerCPU: isPerCPU)
        attr.sample_period = PerfOpening.maxDistance
        return PerfCapabilities.Kind(
            name: pmu.name,
            refusal: refusal,
            canOverflow: refusal.isEmpty && trial(attr, pmu.name, isPerCPU: isPerCPU).isEmpty
        )
    }

    /// Tracepoints are asked for without one: their numbers stand where only root can read them.
    private var tracepointRefusal: String {
        guard pmus.all.contains(where: { $0.name == "tracepoint" }) else {
            return "the kernel was built without tracepoints"
        }
        let isMounted = ["/tracing", "/debug/tracing"].contains {
            kernel.entries("\(kernel.sysfs)/kernel\($0)/events").contains("sched")
        }
        return isMounted ? "" : "tracefs is not mounted on /sys/kernel/tracing"
    }

    /// The sentence of a refused open; empty when it succeeds.
    private func trial(_ attr: perf_event_attr, _ event: String, isPerCPU: Bool) -> String {
        var attr = attr
        attr.disabled = 1
        do throws(Errno) {
            _ = try PerfEventFile.open(
                attr,
                tid: isPerCPU ? -1 : 0,
                cpu: isPerCPU ? Int32(kernel.onlineCPUs.first ?? 0) : -1
            )
            return ""
        } catch {
            return PerfOpenFailure(
                code: error,
                attributes: attr,
                event: event,
                target: nil,
                kernel: kernel,
                pmus: pmus
            ).error.message
        }
    }
}

extension perf_event_attr {
    /// A software event in both modes.
    static func software(_ id: perf_sw_ids) -> perf_event_attr {
        var attr = PerfOpening.dummy
        attr.config = UInt64(id.rawValue)
        attr.exclude_kernel = 0
        return attr
    }

    /// A generic hardware event in both modes.
    static func hardware(_ id: perf_hw_id) -> perf_event_attr {
        var attr = PerfOpening.dummy
        attr.type = PERF_TYPE_HARDWARE.rawValue
        attr.config = UInt64(id.rawValue)
        attr.exclude_kernel = 0
        return attr
    }

    /// Writes of 8 bytes to an address of this program.
    static func writes(to cell: UnsafeMutablePointer<UInt64>) -> perf_event_attr {
        var attr = PerfOpening.dummy
        attr.type = PERF_TYPE_BREAKPOINT.rawValue
        attr.config = 0
        attr.bp_type = UInt32(HW_BREAKPOINT_W)
        attr.bp_addr = UInt64(UInt(bitPattern: cell))
        attr.bp_len = 8
        return attr
    }
}
