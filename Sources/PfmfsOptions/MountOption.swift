import Logging
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// One of pfmfs's own mount options: a row from which the parser and the help text are made.
package struct MountOption: Sendable {
    package let name: String
    /// What stands behind the equals sign; empty for a word without a value.
    let value: String
    let summary: String
    let apply: @Sendable (inout MountOptions, String) throws(PfmError) -> Void

    package static let all = [
        MountOption(
            name: "backend",
            value: Backends.registry.words.joined(separator: "|"),
            summary: "what counts the events (auto)",
            apply: { (options, text) throws(PfmError) in
                options.backend = try OptionValue.word(text, of: Backends.registry.words)
            }
        ),
        MountOption(
            name: "simulated_clock",
            value: "real|manual",
            summary: "what moves the simulated backend's time (real)",
            apply: { (options, text) throws(PfmError) in
                options.simulatedClock = try OptionValue.word(text)
            }
        ),
        MountOption(
            name: "contexts_mode",
            value: "MODE",
            summary: "octal mode of the directory contexts (1777)",
            apply: { (options, text) throws(PfmError) in
                options.contextsMode = try OptionValue.mode(text, limit: 0o1777)
            }
        ),
        MountOption(
            name: "clone_mode",
            value: "MODE",
            summary: "octal mode of the file clone (666)",
            apply: { (options, text) throws(PfmError) in
                options.cloneMode = try OptionValue.mode(text, limit: 0o666)
            }
        ),
        MountOption(
            name: "hide_contexts",
            value: "",
            summary: "list a context only for those who may read it",
            apply: { (options, _) throws(PfmError) in options.hidesContexts = true }
        ),
        MountOption(
            name: "mixed_sessions",
            value: "",
            summary: "allow per-thread and system-wide contexts at once",
            apply: { (options, _) throws(PfmError) in options.mixesSessions = true }
        ),
        MountOption(
            name: "strict",
            value: "perfmon2",
            summary: "keep perfmon2's rules that make no sense for a shell",
            apply: { (options, text) throws(PfmError) in
                guard text == "perfmon2" else { throw OptionValue.refusal(text, "perfmon2") }
                options.isStrict = true
            }
        ),
        MountOption(
            name: "max_contexts",
            value: "N",
            summary: "contexts at one time, of all users (100000)",
            apply: { (options, text) throws(PfmError) in
                options.limits.contexts.total = try OptionValue.count(text)
            }
        ),
        MountOption(
            name: "max_sets",
            value: "N",
            summary: "event sets of one context",
            apply: { (options, text) throws(PfmError) in
                options.maxSets = try OptionValue.count(text)
            }
        ),
        MountOption(
            name: "total_sets",
            value: "N",
            summary: "event sets of all contexts (1000000)",
            apply: { (options, text) throws(PfmError) in
                options.limits.sets.total = try OptionValue.count(text)
            }
        ),
        MountOption(
            name: "max_descriptors",
            value: "N",
            summary: "descriptors of all loaded contexts (RLIMIT_NOFILE)",
            apply: { (options, text) throws(PfmError) in
                options.limits.descriptors.total = try OptionValue.count(text)
            }
        ),
        MountOption(
            name: "max_notifications",
            value: "N",
            summary: "notifications a second, of all users (10000)",
            apply: { (options, text) throws(PfmError) in
                options.limits.notifications.total = try OptionValue.count(text)
            }
        ),
        MountOption(
            name: "user_contexts",
            value: "N",
            summary: "contexts of one user (a quarter of all)",
            apply: { (options, text) throws(PfmError) in
                options.limits.contexts.perUser = try OptionValue.count(text)
            }
        ),
        MountOption(
            name: "user_sets",
            value: "N",
            summary: "event sets of one user (a quarter of all)",
            apply: { (options, text) throws(PfmError) in
                options.limits.sets.perUser = try OptionValue.count(text)
            }
        ),
        MountOption(
            name: "user_descriptors",
            value: "N",
            summary: "descriptors of one user (a quarter of all)",
            apply: { (options, text) throws(PfmError) in
                options.limits.descriptors.perUser = try OptionValue.count(text)
            }
        ),
        MountOption(
            name: "user_notifications",
            value: "N",
            summary: "notifications a second of one user (a quarter of all)",
            apply: { (options, text) throws(PfmError) in
                options.limits.notifications.perUser = try OptionValue.count(text)
            }
        ),
        MountOption(
            name: "buffer_mem_max",
            value: "BYTES",
            summary: "memory of all sampling buffers; 64K, 1M, max",
            apply: { (options, text) throws(PfmError) in
                options.bufferMemoryMax = try OptionValue.bytes(text)
            }
        ),
        MountOption(
            name: "user_buffer_mem",
            value: "BYTES",
            summary: "memory of the sampling buffers of one user; 64K, 1M, max",
            apply: { (options, text) throws(PfmError) in
                options.userBufferMemory = try OptionValue.bytes(text)
            }
        ),
        MountOption(
            name: "tick",
            value: "TIME",
            summary: "what set timeouts are rounded up to; ns, or 500us, 10ms, 1s",
            apply: { (options, text) throws(PfmError) in
                options.tick = try OptionValue.nanoseconds(text)
            }
        ),
        MountOption(
            name: "keep_privileges",
            value: "",
            summary: "do not give up what is not needed, for debuggers",
            apply: { (options, _) throws(PfmError) in options.keepsPrivileges = true }
        ),
        MountOption(
            name: "log",
            value: "LEVEL",
            summary: "trace, debug, info, notice, warning, error or critical (notice)",
            apply: { (options, text) throws(PfmError) in
                options.logLevel = try OptionValue.word(text)
            }
        ),
    ]
}

/// Options that the kernel, libfuse or mount(8) know.
enum SystemOption {
    /// Options that are handed on.
    static let passed: Set<String> = [
        "ro", "rw", "suid", "nosuid", "dev", "nodev", "exec", "noexec", "async", "sync", "dirsync",
        "atime", "noatime", "nodiratime", "norelatime", "nostrictatime", "symfollow",
        "nosymfollow", "allow_other", "allow_root", "auto_unmount", "default_permissions",
        "max_read", "fsname", "context", "fscontext", "defcontext", "rootcontext",
    ]

    /// Options that concern mount(8) alone; it removes most of them itself.
    static let ignored: Set<String> = [
        "defaults", "auto", "noauto", "user", "nouser", "users", "owner", "nofail", "_netdev",
        "relatime", "strictatime", "lazytime", "nolazytime", "comment",
    ]

    static func isIgnored(_ name: String) -> Bool {
        ignored.contains(name) || name.hasPrefix("x-") || name.hasPrefix("X-")
    }
}
