internal import PerfmonModel
internal import SystemPackage

/// What is asked before a command is carried out, in this order: that the context still exists,
/// that the client has the right, that the state allows it, that the caller is where perfmon2
/// wanted it (`EngineOptions.isStrict`), and that the client may count what is counted.
struct CommandPolicy {
    var right: CommandRight
    var caller: CallerRule
    /// The states in which the command is legal, and the errno in the others.
    var states: StateRule

    init(_ right: CommandRight, _ caller: CallerRule, _ states: StateRule) {
        self.right = right
        self.caller = caller
        self.states = states
    }
}

/// Whose right a command is. The file that a client writes or reads has an owner and a mode, and
/// the kernel has let in whom they let in: this is what is asked beyond that.
enum CommandRight {
    /// Whoever was let in: the owner, and whom the mode allows.
    case holder
    /// Who loaded the context, and root.
    case loader
    /// As `loader`; the client must also be allowed to count what a loaded context counts, and
    /// from then on its rights decide what else may be counted.
    case programmer
}

/// The states of a context that commands tell apart.
struct Standings: OptionSet {
    let rawValue: UInt8

    static let unloaded = Standings(rawValue: 1)
    /// Loaded and not started.
    static let loaded = Standings(rawValue: 2)
    static let started = Standings(rawValue: 4)
    /// Masked, started or not.
    static let masked = Standings(rawValue: 8)

    static let attached: Standings = [.loaded, .started, .masked]
    static let all: Standings = [.unloaded, .loaded, .started, .masked]
}

/// In which states a command is legal.
struct StateRule {
    var legal: Standings
    var refusal: Errno

    static let any = StateRule(legal: .all, refusal: .invalidArgument)
    /// PFM_CMD_UNLOADED: EBUSY while loaded or masked.
    static let unloaded = StateRule(legal: .unloaded, refusal: .resourceBusy)

    static func only(_ legal: Standings, else refusal: Errno) -> StateRule {
        StateRule(legal: legal, refusal: refusal)
    }
}

extension ContextCommand {
    /// The policy table: the one place that says who may give which command, from where and when.
    /// The masks of the callers and the states are those of `pfm_check_task_state` and of the
    /// calls themselves.
    var policy: CommandPolicy {
        switch self {
        case .setFlags: CommandPolicy(.programmer, [], .unloaded)
        case .setEvents: CommandPolicy(.programmer, [], .unloaded)
        case .setEvent: CommandPolicy(.programmer, [], .unloaded)
        case .setFormat: CommandPolicy(.programmer, [], .unloaded)
        case .setNotification: CommandPolicy(.holder, [], .any)
        case .writePMCs: CommandPolicy(.programmer, [.cpu, .stopped], .any)
        case .writePMDs: CommandPolicy(.programmer, [.cpu, .stopped], .any)
        case .createSets: CommandPolicy(.programmer, [], .unloaded)
        case .changeSets: CommandPolicy(.programmer, [], .unloaded)
        case .deleteSets: CommandPolicy(.programmer, [], .unloaded)
        case .load: CommandPolicy(.programmer, [.target], .unloaded)
        case .unload: CommandPolicy(.loader, [.cpu, .stopped, .unload], .any)
        case .start:
            CommandPolicy(
                .holder,
                [.cpu, .stopped],
                .only([.loaded, .started], else: .invalidArgument)
            )
        case .startAtExec:
            CommandPolicy(.holder, [.cpu, .stopped], .only(.loaded, else: .invalidArgument))
        case .stop:
            CommandPolicy(.holder, [.cpu, .stopped], .only(.attached, else: .invalidArgument))
        case .restart: CommandPolicy(.holder, [.cpu], .only(.attached, else: .resourceBusy))
        case .readPMDs: CommandPolicy(.holder, [.cpu, .stopped], .any)
        case .readCounters: CommandPolicy(.holder, [.cpu, .stopped], .any)
        case .readCounter: CommandPolicy(.holder, [.cpu, .stopped], .any)
        case .readCountdown: CommandPolicy(.holder, [.cpu, .stopped], .any)
        case .readSettings: CommandPolicy(.holder, [], .any)
        case .infoOfSets: CommandPolicy(.holder, [.cpu], .any)
        case .viewSet: CommandPolicy(.holder, [], .any)
        case .readStanding: CommandPolicy(.holder, [], .any)
        case .readMessages: CommandPolicy(.holder, [], .any)
        case .takeMessage: CommandPolicy(.holder, [], .any)
        case .returnMessages: CommandPolicy(.holder, [], .any)
        case .remove: CommandPolicy(.holder, [], .any)
        }
    }
}
