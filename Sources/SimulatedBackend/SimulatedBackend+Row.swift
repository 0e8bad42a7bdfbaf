package import PerfmonEngine
internal import PerfmonModel

extension SimulatedBackend {
    /// The row of the program's registry.
    package static let row = BackendRow(
        name: "simulated",
        isAutomatic: false,
        probe: { nil },
        make: { (settings) throws(PfmError) in
            let clock = SimulatedClock(isManual: settings.hasManualClock)
            let threads: any SimulatedThreads = clock.isManual ? ScriptedThreads() : HostThreads()
            return try SimulatedBackend(clock: clock, threads: threads)
        }
    )
}
