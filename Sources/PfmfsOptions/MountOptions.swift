package import Logging
package import PerfmonEngine

/// What a pfmfs was asked to do, by its command line and its mount options.
package struct MountOptions: Sendable, Equatable {
    /// What moves the simulated backend's time.
    package enum SimulatedClock: String, Sendable, CaseIterable {
        case real
        case manual
    }

    /// What the command line asks for.
    package enum Action: Sendable, Equatable {
        case mount
        case showHelp
        case showVersion
    }

    package var action = Action.mount
    /// Directory to mount on.
    package var mountPoint = ""
    /// Stay in the foreground and log to standard error.
    package var isForeground = false
    /// Show every request; implies the foreground.
    package var isDebugging = false
    /// What counts the events: a word of the registry of backends.
    package var backend = BackendRegistry.automatic
    package var simulatedClock = SimulatedClock.real
    /// Mode of the directory `contexts`.
    package var contextsMode: UInt16 = 0o1777
    /// Listings show a context only to those who may read it.
    package var hidesContexts = false
    /// Per-thread and system-wide contexts may be loaded at the same time.
    package var mixesSessions = false
    /// perfmon2's own rules where the mount has milder ones: the caller on the monitored CPU, the
    /// monitored thread stopped.
    package var isStrict = false
    /// What there may be in all and of one user.
    package var limits = Limits()
    /// Event sets of one context; nil: the engine's own limit.
    package var maxSets: Int?
    /// Bytes of all sampling buffers together; nil: the engine's own limit.
    package var bufferMemoryMax: UInt64?
    /// Bytes of the sampling buffers of one user; nil: as many as of all.
    package var userBufferMemory: UInt64?
    /// Nanoseconds to which set timeouts are rounded up; nil: the engine's own.
    package var tick: UInt64?
    /// Mode of the file `clone`.
    package var cloneMode: UInt16 = 0o666
    /// All privileges stay, so that debuggers and sanitizers can work.
    package var keepsPrivileges = false
    package var logLevel = Logger.Level.notice
    /// Options for the kernel and libfuse, as they were given.
    package var systemOptions: [String] = []

    init() {}

    /// The options of the FUSE session: what a pfmfs mount always has, then what was asked for.
    ///
    /// `allow_other` is left out where this user may not give it; the mount then serves its owner.
    package func sessionOptions(mayAllowOthers: Bool) -> [String] {
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
