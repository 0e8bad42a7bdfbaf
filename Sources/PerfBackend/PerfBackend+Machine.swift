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
        let devices = SysfsEvents(files: kernel.files)
        let hardware = PerfPmuDescription.hardware(drivenBy: devices)
        let sources = KernelEventSources(
            files: kernel.files,
            devices: devices,
            layout: hardware == nil ? .generic : .native
        )
        return try PerfBackend(kernel: kernel, devices: devices, eventSources: sources.all)
    }

    static func capabilities(_ devices: SysfsEvents, _ hardware: X86Pmu?) -> BackendCapabilities {
        var kinds: Set<EventKind> = [.software, .tracepoint, .breakpoint, .device]
        if devices.hasCorePmu { kinds.formUnion([.hardware, .cache]) }
        if hardware != nil { kinds.insert(.native) }
        return BackendCapabilities(
            targets: [.thread, .cpu],
            canBlock: true,
            canInherit: true,
            overflow: .exact,
            callChains: true,
            processes: true,
            eventKinds: kinds,
            eventRemedy: devices.hasCorePmu
                ? .listedEvents("")
                : .words(
                    "virtual machines often hide the hardware PMU; software events and "
                        + "tracepoints work"
                ),
            counters: hardware.map { $0.counters + $0.fixedCounters } ?? 0
        )
    }
}
