internal import CPerfEvent
internal import Glibc
internal import LinuxSupport
internal import PerfmonEvents
internal import PerfmonModel
internal import SystemPackage

/// A refusal of perf_event_open(2), with what is needed to say why.
struct PerfOpenFailure {
    var code: Errno
    var attributes: perf_event_attr
    /// The event as a user knows it.
    var event: String
    var target: Target?
    var kernel: PerfKernel
    var devices: SysfsEvents

    /// The errno and sentence for the user.
    var error: PfmError {
        switch code {
        case .noSuchFileOrDirectory, .notSupported, .notSupportedOnSocket, Self.noDevice:
            unsupported
        case .permissionDenied, .notPermitted:
            denied
        case .invalidArgument:
            invalid
        case .noSuchProcess:
            PfmError(.noSuchProcess, "\(targetText) does not exist or has exited")
        case .noSpace, .resourceBusy:
            PfmError(
                .resourceBusy,
                isBreakpoint
                    ? "every breakpoint register (4 on x86) is in use; '\(event)' needs one"
                    : "the hardware that counts '\(event)' is taken"
            )
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem:
            PfmError(
                .tooManyOpenFilesInSystem,
                "no file descriptor is left for '\(event)': pfmfs has \(ProcessDescriptors.open) "
                    + "open and the limit is \(ProcessDescriptors.maximum)",
                hint: "raise the limit of open files of pfmfs (LimitNOFILE, ulimit -n)"
            )
        case .noMemory:
            PfmError(.noMemory, "the kernel has no memory for '\(event)'")
        default:
            PfmError(code, "the kernel refuses to count '\(event)': \(code)")
        }
    }

    /// ENODEV, which the system package does not name.
    private static let noDevice = Errno(rawValue: ENODEV)

    private var type: UInt32 { attributes.type }
    private var pmu: EventDevice? { devices.device(ofType: type) }
    private var isBreakpoint: Bool { type == PERF_TYPE_BREAKPOINT.rawValue }

    private var targetText: String { target?.description ?? "the target" }

    private var unsupported: PfmError {
        let isHardware =
            [PERF_TYPE_HARDWARE, PERF_TYPE_HW_CACHE, PERF_TYPE_RAW].contains { $0.rawValue == type }
        if isHardware, !devices.hasCorePmu {
            return PfmError(
                .notSupported,
                "this machine has no hardware PMU, so '\(event)' cannot be counted",
                hint: "virtual machines often hide it; software events and tracepoints work"
            )
        }
        if code == Self.noDevice, let target, target.isSystemWide {
            return PfmError(Self.noDevice, "\(target) is not online")
        }
        if isHardware || pmu?.isSoftware == false {
            return PfmError(.notSupported, "this machine's PMU does not count '\(event)'")
        }
        return PfmError(.noSuchFileOrDirectory, "this kernel has no event '\(event)'")
    }

    private var denied: PfmError {
        // bp_addr shares its place with config1.
        if isBreakpoint, attributes.config1 >> 63 == 1 {
            return PfmError(
                code,
                "only CAP_SYS_ADMIN may watch the kernel's own addresses ('\(event)'), and pfmfs has "
                    + "given it up",
                remedy: .keepPrivileges
            )
        }
        let setting = kernel.paranoid.map { "perf_event_paranoid is \($0)" } ?? "the kernel refuses"
        let reason =
            if target?.isSystemWide == true {
                "whole CPUs"
            } else if type == PERF_TYPE_TRACEPOINT.rawValue {
                "tracepoints"
            } else {
                attributes.exclude_kernel == 0 ? "kernel mode" : "this target"
            }
        return PfmError(
            code,
            "\(setting): \(reason) may not be monitored ('\(event)')",
            hint: "CAP_PERFMON, or a lower kernel.perf_event_paranoid, would do"
        )
    }

    private var invalid: PfmError {
        if type == PERF_TYPE_TRACEPOINT.rawValue {
            return PfmError(
                .noSuchFileOrDirectory,
                "there is no tracepoint \(attributes.config)",
                hint: "ids change with the kernel: name tracepoints, as in sched:sched_switch"
            )
        }
        if isBreakpoint {
            return PfmError(
                .invalidArgument,
                "the CPU takes no such breakpoint ('\(event)')",
                hint: "the address must be a multiple of the length, and a kernel address needs OS"
            )
        }
        if let pmu, pmu.designatedCPUs != nil, target?.isSystemWide == false {
            return PfmError(
                .notSupported,
                "'\(event)' counts for a whole package, not for a thread",
                hint: "use a system_wide context"
            )
        }
        if attributes.exclude_user != 0 || attributes.exclude_kernel != 0, let pmu {
            return PfmError(
                .invalidArgument,
                "'\(event)' is refused; PMU \(pmu.name) may be unable to tell user from kernel mode",
                hint: "count both modes (bits 16 and 17)"
            )
        }
        return PfmError(.invalidArgument, "the kernel knows no such event or option ('\(event)')")
    }
}
