package import PerfmonModel

/// Everything that can be asked of a context. A door (a file, a line of text, a binary call) decodes
/// what its client wrote into one of these, hands it to `Context.perform`, and shows the result.
///
/// Calls that take vectors are carried out element by element, in order, up to the first that
/// fails; the elements before it stay in effect, and `PfmError.element` tells which one it was.
package enum ContextCommand: Sendable {
    /// Sets how the context behaves (the flags of `pfm_create_context`).
    case setFlags(ContextFlags)
    /// Gives each name a counter: word i counts in the i-th named counter of the PMU. The counters
    /// named before lose their event; values of the new ones are 0. All or nothing. A set that
    /// does not exist is made.
    case setEvents([String], set: UInt16)
    /// Gives one PMD an event by name, and pairs its PMC; nil: none.
    case setEvent(String?, RegisterAddress)
    /// Chooses the sampling format (`fmt_name` and `fmt_arg` of `pfm_create_context`); nil: none.
    case setFormat(FormatChoice?)
    /// Asks for a signal at each message (O_ASYNC and F_SETSIG); nil: none any more.
    case setNotification(SignalRequest?)
    /// Writes control registers (`pfm_write_pmcs`).
    case writePMCs([ControlSetting])
    /// Writes data registers (`pfm_write_pmds`).
    case writePMDs([DataSetting])
    /// Reads data registers as of now (`pfm_read_pmds`).
    case readPMDs([RegisterAddress])
    /// Makes sets, or sets existing ones up anew (`pfm_create_evtsets`): their control registers
    /// have their defaults then. `exclusively`: a set that exists is refused, as mkdir(2) does.
    case createSets([SetDescription], exclusively: Bool)
    /// Changes how sets are left, and nothing else of them.
    case changeSets([SetDescription])
    /// Removes sets (`pfm_delete_evtsets`).
    case deleteSets([UInt16])
    /// Tells how sets are doing (`pfm_getinfo_evtsets`).
    case infoOfSets([UInt16])
    /// Attaches the context to a target and makes a set the active one (`pfm_load_context`).
    /// Monitoring is not started.
    case load(Target, set: UInt16)
    /// Takes the context off its target (`pfm_unload_context`). Values stay readable.
    case unload
    /// Starts monitoring (`pfm_start`), with a set or, with nil, with the active one.
    case start(set: UInt16?)
    /// Starts monitoring at the target's next exec. Not a perfmon2 call.
    case startAtExec
    /// Stops monitoring (`pfm_stop`). A masked context stays masked.
    case stop
    /// Acknowledges an overflow (`pfm_restart`): resets and unmasks.
    case restart
    /// Tells what the counters came to since the load: those of one set or, with nil, of all.
    case readCounters(set: UInt16?)
    /// Tells what one used PMD came to since the load.
    case readCounter(RegisterAddress)
    /// Tells what was written to a PMD; a register that was never used has its first settings.
    case readSettings(RegisterAddress)
    /// Tells how many overflows of a PMD are left before its set is left
    /// (`reg_ovfl_switch_cnt` of `pfm_read_pmds`).
    case readCountdown(RegisterAddress)
    /// Gives the view of a set (`PFM_FL_MAP_SETS`).
    case viewSet(UInt16)
    /// Tells what state the context is in.
    case readStanding
    /// Tells the queued messages; none is taken.
    case readMessages
    /// Takes the oldest message (`read` on a perfmon2 descriptor).
    case takeMessage
    /// Puts messages back that were taken, and that nobody has read to their end. `epoch`: of the
    /// queue when they were taken.
    case returnMessages([Message], epoch: UInt64)
    /// Destroys the context with everything in it (the last `close` of a perfmon2 descriptor).
    case remove
}
