package import PerfmonModel

/// What a command answers.
package enum CommandResult: Sendable {
    /// Nothing but that it was done.
    case done
    /// The values that `writePMCs` has stored, one for each element.
    case controls([UInt64])
    /// Data registers, one for each element that was read.
    case registers([CounterState])
    /// What counters came to.
    case counters([CounterReading])
    /// How sets are, one for each element.
    case sets([SetInformation])
    /// The view of a set, in the binary form.
    case view([UInt8])
    case standing(Standing)
    case messages([Message])

    package var registers: [CounterState] {
        if case .registers(let registers) = self { registers } else { [] }
    }

    package var counters: [CounterReading] {
        if case .counters(let counters) = self { counters } else { [] }
    }

    package var sets: [SetInformation] {
        if case .sets(let sets) = self { sets } else { [] }
    }

    package var messages: [Message] {
        if case .messages(let messages) = self { messages } else { [] }
    }
}

/// What became of a command.
package struct CommandOutcome: Sendable {
    /// The answer; of a vector that failed, that of the elements before the one at fault.
    package var result: CommandResult
    /// What is to be said besides "ok".
    package var notes: [CommandNote]
    /// Why it was refused, or stopped in the middle of a vector; nil: it was done.
    package var failure: PfmError?

    /// The answer of a command that was done.
    ///
    /// - Throws: why it was refused.
    package func get() throws(PfmError) -> CommandResult {
        if let failure { throw failure }
        return result
    }
}

/// The state of a context as of one instant.
package struct Standing: Sendable, Equatable {
    package var state: ContextState
    /// `pfm_start` was issued and not stopped.
    package var isStarted: Bool
    /// Counting begins at the target's next exec, which has not come yet.
    package var isAwaitingExec: Bool
    /// What it is attached to; nil while unloaded.
    package var target: Target?
    /// The set that counts, or will count at the start.
    package var activeSet: UInt16
}

/// What `pfm_getinfo_evtsets` returns (`struct pfarg_setinfo`), as of one instant.
package struct SetInformation: Sendable {
    package var id: UInt16
    package var flags: SetFlags
    package var nextID: UInt16
    /// Effective time-out in nanoseconds.
    package var timeout: UInt64
    /// Nanoseconds left before the set is switched; 0 without a time-out.
    package var timeoutLeft: UInt64
    package var runs: UInt64
    /// Nanoseconds for which the set was active.
    package var activeDuration: UInt64
    package var overflowedPmds: RegisterSet
    package var availablePmcs: RegisterSet
    package var availablePmds: RegisterSet
    /// The set has a view that can be mapped (`map_sets`).
    package var hasView: Bool
}
