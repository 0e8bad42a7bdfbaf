internal import LinuxSupport
package import PerfmonEngine
internal import PerfmonEvents
package import PerfmonModel
internal import X86Pmu

extension PerfBackend {
    /// The row of the program's registry.
    package static let row = BackendRow(
        name: "perf",
        isAutomatic: true,
        privileges: [.performanceMonitoring, .lockedMemory],
        systemCalls: [.events, .traces],
        probe: { PerfKernel().paranoid == nil ? "this kernel has no perf_event_open" : nil },
        facts: {
            let kernel = PerfKernel()
            let facts = [
                ("paranoid", kernel.paranoid), ("max_sample_rate", kernel.givenMaxSampleRate),
            ]
            return facts.compactMap { key, value in value.map { (key, String($0)) } }
        },
        make: { (_) throws(PfmError) in try ofThisMachine() }
    )

    /// The backend for the kernel that runs here, with every name that this kernel and libpfm4 know.
    ///
    /// - Throws: when the kernel has no perf events or keeps them from this program.
    package static func ofThisMachine() throws(PfmError) -> PerfBackend {
        let kernel = PerfKernel()
        let pmus = SysfsPmus(kernel)
        let sources = KernelEventSources(
            deviceNames: pmus.all.map(\.name),
            layout: PerfPmuDescription.hardware(drivenBy: pmus) == nil ? .generic : .native
        )
        return try PerfBackend(kernel: kernel, pmus: pmus, eventSources: sources.all)
    }

    static func capabilities(_ pmus: SysfsPmus, _ hardware: X86Pmu?) -> BackendCapabilities {
        var kinds: Set<EventKind> = [.software, .tracepoint, .breakpoint, .device]
        if pmus.hasHardware { kinds.formUnion([.hardware, .cache]) }
        if hardware != nil { kinds.insert(.native) }
        return BackendCapabilities(
            targets: [.thread, .cpu],
            canBlock: true,
            canInherit: true,
            overflow: .exact,
            callChains: true,
            processes: true,
            eventKinds: kinds,
            eventHint: pmus.hasHardware
                ? "info/available_events lists what can be counted"
                : "virtual machines often hide the hardware PMU; software events and tracepoints "
                    + "work",
            counters: hardware.map { $0.counters + $0.fixedCounters } ?? 0
        )
    }
}
