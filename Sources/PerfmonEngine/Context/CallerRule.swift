/// What a command asks of the thread that gives it (`PFM_CMD_*`); only where perfmon2's own rules
/// hold (`EngineOptions.isStrict`).
struct CallerRule: OptionSet {
    let rawValue: UInt8

    /// A monitored thread that is not the caller must stand, stopped by the caller
    /// (`PFM_CMD_STOPPED`); while masked it need not.
    static let stopped = CallerRule(rawValue: 1)
    /// It must stand while masked too (`PFM_CMD_UNLOAD`).
    static let unload = CallerRule(rawValue: 4)
}
