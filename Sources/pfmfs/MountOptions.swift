import Logging
import PerfmonEngine

/// What a pfmfs was asked to do, by its command line and its mount options.
struct MountOptions: Sendable, Equatable {
    /// What moves the simulated backend's time.
    enum SimulatedClock: String, Sendable, CaseIterable {
        case real
        case manual
    }

    /// What the command line asks for.
    enum Action: Sendable, Equatable {
        case mount
        case showHelp
        case showVersion
    }

    var action = Action.mount
    /// Directory to mount on.
    var mountPoint = ""
    /// Stay in the foreground and log to standard error.
    var isForeground = false
    /// Show every request; implies the foreground.
    var isDebugging = false
    /// What counts the events: a word of the registry of backends.
    var backend = BackendRegistry.automatic
    var simulatedClock = SimulatedClock.real
    /// Mode of the directory `contexts`.
    var contextsMode: UInt16 = 0o1777
    /// Listings show a context only to those who may read it.
    var hidesContexts = false
    /// Per-thread and system-wide contexts may be loaded at the same time.
    var mixesSessions = false
    /// perfmon2's own rules where the mount has milder ones: the caller on the monitored CPU, the
    /// monitored thread stopped.
    var isStrict = false
    /// What there may be in all and of one user.
    var limits = Limits()
    /// Event sets of one context; nil: the engine's own limit.
    var maxSets: Int?
    /// Bytes of all sampling buffers together; nil: the engine's own limit.
    var bufferMemoryMax: UInt64?
    /// Bytes of the sampling buffers of one user; nil: as many as of all.
    var userBufferMemory: UInt64?
    /// Nanoseconds to which set timeouts are rounded up; nil: the engine's own.
    var tick: UInt64?
    /// Mode of the file `clone`.
    var cloneMode: UInt16 = 0o666
    /// All privileges stay, so that debuggers and sanitizers can work.
    var keepsPrivileges = false
    var logLevel = Logger.Level.notice
    /// Options for the kernel and libfuse, as they were given.
    var systemOptions: [String] = []

    init() {}

    /// The options of the FUSE session: what a pfmfs mount always has, then what was asked for.
    ///
    /// `allow_other` is left out where this user may not give it; the mount then serves its owner.
    func sessionOptions(mayAllowOthers: Bool) -> [String] {
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
