/// What can be done about a refusal. Where that takes a file of the mount or a mount option, only
/// its meaning is here; the file system finds the words.
package enum Remedy: Sendable, Equatable {
    /// Words that name no file of the mount and no mount option.
    case words(String)
    /// The words, and besides: the names of events are listed.
    case listedEvents(String)

    // MARK: commands
    /// Attach the context first.
    case load
    /// Its target is gone; attach it to another one.
    case loadAnother
    /// Attach it to a CPU, or make it a per-thread one.
    case loadOnCPU
    /// Take the context off its target first.
    case unload
    case start
    case stop
    /// Acknowledge the overflow.
    case restart
    /// Set a flag of the context first.
    case setFlag(String)
    /// Make the set.
    case makeSet(UInt16)
    /// Make the set that is to follow, or name another one.
    case makeSuccessor(UInt16)
    /// Set 0 cannot be removed, but cleared.
    case clearFirstSet
    /// Set the time-out before the switch.
    case setTimeoutFirst
    /// Write a value to a PMD first.
    case writeRegister(Int)
    /// Write a value to a PMD first, or have another one name it.
    case useRegister(Int)
    /// One period for value and resets, or no inheritance.
    case steadyPeriod
    /// As `steadyPeriod`, and a sampling format.
    case steadyPeriodWithFormat
    /// No vectors, or no inheritance.
    case noVectors
    /// A sampling format that stores no call chains.
    case formatWithoutCallChains
    /// Registers of a kind, `pmc` or `pmd`, that there are.
    case knownRegisters(String, RegisterSet)
    /// Program the counter by an event's name.
    case nameEvent
    /// Periods and CPUs are not parts of an event's name.
    case periodsAndCPUsElsewhere

    // MARK: what the administrator can do
    /// Do something, or have a limit raised.
    case raise(LimitKind, or: String)
    /// Become a member of a group, or have another one named.
    case joinGroup(GroupKind)
    /// CAP_PERFMON, the delegated group, or another value of perf_event_paranoid.
    case gainRight(paranoid: String)
    /// Do something, or leave perfmon2's strict rules out.
    case leaveStrictRules(or: String)
    /// Take the other session off, or let kinds of sessions mix.
    case mixSessions
    /// Let the daemon keep its privileges.
    case keepPrivileges

    /// The words, as far as there are any here.
    package var plainText: String {
        switch self {
        case .words(let text), .listedEvents(let text): text
        case .leaveStrictRules(let text), .raise(_, let text): text
        default: ""
        }
    }
}

/// What is limited, in all or by user.
package enum LimitKind: Sendable, CaseIterable {
    case contexts, sets, descriptors, notifications, setsOfContext, bufferMemory
    case userContexts, userSets, userDescriptors, userNotifications, userBufferMemory
}

/// The groups that decide who may make which contexts.
package enum GroupKind: Sendable {
    /// Those who may make system-wide contexts.
    case system
    /// Those who may make contexts at all.
    case task
}

/// What is said besides "ok" of a command that was done.
package enum CommandNote: Sendable, Equatable {
    /// Reserved bits of a control register kept their default.
    case reservedBits(UInt64)
    /// A time-out was rounded up to this many nanoseconds.
    case roundedUp(UInt64)
    /// The control registers of a set that existed have their defaults again.
    case controlsReset(UInt16)
    /// The command takes effect later, for a user has used up its notification quota.
    case deferred(milliseconds: UInt64, uid: UInt32, perSecond: Int)
}
