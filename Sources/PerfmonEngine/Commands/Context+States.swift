internal import PerfmonModel
internal import SystemPackage

/// The states that commands need, and what is said when they are not there.
extension Context {
    /// The state as the policy table knows it.
    var standingForPolicy: Standings {
        guard isAttached else { return .unloaded }
        if state == .masked { return .masked }
        return isStarted ? .started : .loaded
    }

    /// The state as clients see it, as of the last drain.
    var standing: Standing {
        Standing(
            state: state,
            isStarted: isStarted,
            isAwaitingExec: isAwaitingExec,
            target: target,
            activeSet: activeSetID
        )
    }

    /// - Throws: the table's errno when the command is not legal now.
    func requireState(for command: ContextCommand) throws(PfmError) {
        let rule = command.policy.states
        let standing = standingForPolicy
        guard !rule.legal.contains(standing) else { return }
        throw refusal(of: command, in: standing, rule.refusal)
    }

    private func refusal(
        of command: ContextCommand,
        in standing: Standings,
        _ code: Errno
    ) -> PfmError {
        switch standing {
        case .unloaded:
            let isEnded = endReason != nil
            return PfmError(
                code,
                "the context is unloaded, so there is nothing to \(command.verb)",
                remedy: isEnded ? .loadAnother : .load
            )
        case .masked where !command.needsUnloaded:
            return PfmError(
                code,
                "the context is masked by an overflow",
                remedy: .restart
            )
        case .started where !command.needsUnloaded:
            return PfmError(
                code,
                "monitoring is started already",
                remedy: .stop
            )
        default:
            return PfmError(
                code,
                "\(command.gerund) needs an unloaded context, and this one is loaded"
                    + (target.map { " on \($0)" } ?? ""),
                remedy: .unload
            )
        }
    }
}

extension ContextCommand {
    fileprivate var needsUnloaded: Bool { policy.states.legal == .unloaded }

    /// What could not be done to an unloaded context.
    fileprivate var verb: String {
        switch self {
        case .stop: "stop"
        case .restart: "restart"
        default: "start"
        }
    }

    /// What needs an unloaded context.
    fileprivate var gerund: String {
        switch self {
        case .setFlags: "changing the flags"
        case .setEvents, .setEvent: "changing events"
        case .setFormat: "changing the sampling format"
        case .createSets(_, exclusively: true): "making a set"
        case .createSets: "setting up a set"
        case .changeSets: "changing a set"
        case .deleteSets: "removing a set"
        default: "loading"
        }
    }
}
