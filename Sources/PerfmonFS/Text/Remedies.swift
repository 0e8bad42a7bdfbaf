import PerfmonModel

/// The one place that says what to do about a refusal in terms of files and mount options.
extension Remedy {
    /// What a user can do, as a sentence shows it.
    package var text: String {
        switch self {
        case .words(let text): text
        case .listedEvents(let text):
            (text.isEmpty ? "" : "\(text); ") + "info/available_events lists all names"
        case .load: "write a target to load_context first"
        case .loadAnother: "its target is gone; write another one to load_context"
        case .loadOnCPU: "write cpu N to load_context, or clear system_wide in ctx_flags"
        case .unload: "write 1 to unload_context first"
        case .start: "write 1 to start"
        case .stop: "write 1 to stop first"
        case .restart: "write 1 to restart, not to start"
        case .setFlag(let word): "write \(word) to ctx_flags first"
        case .makeSet(let id): "mkdir sets/\(id) makes it"
        case .makeSuccessor(let id): "mkdir sets/\(id), or change set_id_next \(id)"
        case .clearFirstSet: "write none to sets/0/events to clear it"
        case .setTimeoutFirst: "write set_timeout before time_switch"
        case .writeRegister(let number): "write pmd\(number)/value first"
        case .useRegister(let number):
            "write pmd\(number)/value, or name it in smpl_pmds or reset_pmds, first"
        case .steadyPeriod:
            "write the same number to value, long_reset and short_reset, without random, or leave "
                + "out 'inherit'"
        case .steadyPeriodWithFormat:
            "choose a format in smpl_fmt and write one value to value, long_reset and short_reset, "
                + "or leave out 'inherit'"
        case .noVectors: "write none to smpl_pmds and reset_pmds, or leave out 'inherit'"
        case .formatWithoutCallChains: "choose a format without call chains; see formats/"
        case .knownRegisters(let kind, let known): "this PMU has \(kind) \(known); see pmu_desc"
        case .nameEvent:
            "write a name to events, or see the generic layout in pfmfs's register manual"
        case .periodsAndCPUsElsewhere:
            "periods are values of pmdN, CPUs are given to load_context"
        case .raise(let kind, let other): "\(other), or \(kind.raising)"
        case .joinGroup(let kind):
            "ask the administrator for the group, or for another \(kind.file)"
        case .gainRight(let value):
            "it takes CAP_PERFMON, the group of sys_group, or a value of \(value)"
        case .leaveStrictRules(let other): "\(other), or mount without strict=perfmon2"
        case .mixSessions: "unload it, or mount with -o mixed_sessions"
        case .keepPrivileges: "mount with -o keep_privileges"
        }
    }
}

extension PfmError {
    /// The message and, behind a semicolon, what to do.
    package var sentence: String {
        guard let text = remedy?.text, !text.isEmpty else { return message }
        return "\(message); \(text)"
    }
}

extension LimitKind {
    /// As `info/limits` calls it.
    var name: String {
        switch self {
        case .contexts: "contexts"
        case .sets: "sets"
        case .descriptors: "descriptors"
        case .notifications: "notifications_per_second"
        case .setsOfContext: "sets_per_context"
        case .bufferMemory: "smpl_buffer_mem"
        case .userContexts: "user_contexts"
        case .userSets: "user_sets"
        case .userDescriptors: "user_descriptors"
        case .userNotifications: "user_notifications_per_second"
        case .userBufferMemory: "user_smpl_buffer_mem"
        }
    }

    /// How it is raised.
    fileprivate var raising: String {
        switch self {
        case .contexts: "mount with a larger -o max_contexts"
        case .sets: "mount with a larger -o total_sets"
        case .descriptors: "raise the limit of open files of pfmfs (LimitNOFILE, ulimit -n)"
        case .notifications: "mount with a larger -o max_notifications"
        case .setsOfContext: "mount with a larger -o max_sets"
        case .bufferMemory: "ask the administrator for a higher smpl_buffer_mem_max"
        case .userContexts: "ask the administrator for a larger -o user_contexts"
        case .userSets: "ask the administrator for a larger -o user_sets"
        case .userDescriptors: "ask the administrator for a larger -o user_descriptors"
        case .userNotifications: "ask the administrator for a larger -o user_notifications"
        case .userBufferMemory: "mount with a larger -o user_buffer_mem"
        }
    }
}

extension GroupKind {
    fileprivate var file: String {
        switch self {
        case .system: "sys_group"
        case .task: "task_group"
        }
    }
}

extension CommandNote {
    /// What `last_cmd_status` says behind "ok".
    var text: String {
        switch self {
        case .reservedBits(let bits): "reserved bits 0x\(String(bits, radix: 16)) kept"
        case .roundedUp(let nanoseconds): "time-out rounded up to \(nanoseconds) ns"
        case .controlsReset(let set):
            "the control registers of set \(set) have their defaults again"
        case .deferred(let milliseconds, let uid, let perSecond):
            "takes effect in \(milliseconds) ms: uid \(uid) may have \(perSecond) notifications in "
                + "a second (user_notifications)"
        }
    }
}
