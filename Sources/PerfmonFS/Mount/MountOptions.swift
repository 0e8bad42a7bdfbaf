public import Logging
public import PerfmonEngine

/// What a pfmfs was asked to do, by its command line and its mount options.
public struct MountOptions: Sendable, Equatable {
    /// What counts the events.
    public enum Backend: String, Sendable, CaseIterable {
        /// The best one that works here.
        case auto
        /// perf_event_open(2).
        case perf
        /// /dev/cpu/N/msr.
        case msr
        /// Deterministic counters without hardware.
        case simulated
    }

    /// What moves the simulated backend's time.
    public enum SimulatedClock: String, Sendable, CaseIterable {
        case real
        case manual
    }

    /// What the command line asks for.
    public enum Action: Sendable, Equatable {
        case mount
        case showHelp
        case showVersion
    }

    public var action = Action.mount
    /// Directory to mount on.
    public var mountPoint = ""
    /// Stay in the foreground and log to standard error.
    public var isForeground = false
    /// Show every request; implies the foreground.
    public var isDebugging = false
    public var backend = Backend.auto
    public var simulatedClock = SimulatedClock.real
    /// Mode of the directory `contexts`.
    public var contextsMode: UInt16 = 0o1777
    /// Listings show a context only to those who may read it.
    public var hidesContexts = false
    /// Per-thread and system-wide contexts may be loaded at the same time.
    public var mixesSessions = false
    /// perfmon2's own rules where the mount has milder ones: the caller on the monitored CPU, the
    /// monitored thread stopped.
    public var isStrict = false
    /// What there may be in all and of one user.
    public var limits = Limits()
    /// Event sets of one context; nil: the engine's own limit.
    public var maxSets: Int?
    /// Bytes of all sampling buffers together; nil: the engine's own limit.
    public var bufferMemoryMax: UInt64?
    /// Bytes of the sampling buffers of one user; nil: as many as of all.
    public var userBufferMemory: UInt64?
    /// Nanoseconds to which set timeouts are rounded up; nil: the engine's own.
    public var tick: UInt64?
    /// Mode of the file `clone`.
    public var cloneMode: UInt16 = 0o666
    /// All privileges stay, so that debuggers and sanitizers can work.
    public var keepsPrivileges = false
    public var logLevel = Logger.Level.notice
    /// Options for the kernel and libfuse, as they were given.
    public var systemOptions: [String] = []

    public init() {}

    /// The options of the FUSE session: what a pfmfs mount always has, then what was asked for.
    ///
    /// `allow_other` is left out where this user may not give it; the mount then serves its owner.
    public func sessionOptions(mayAllowOthers: Bool) -> [String] {
        var options = ["fsname=pfmfs", "subtype=pfmfs", "auto_unmount", "default_permissions"]
        if mayAllowOthers, !systemOptions.contains("allow_root") {
            options.append("allow_other")
        }
        if isDebugging {
            options.append("debug")
        }
        return options + systemOptions.filter { !options.contains($0) }
    }
}
