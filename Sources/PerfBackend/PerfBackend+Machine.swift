internal import PerfmonEvents
package import PerfmonModel

extension PerfBackend {
    /// The backend for the kernel that runs here, with every name that this kernel and libpfm4 know.
    ///
    /// - Throws: when the kernel has no perf events or keeps them from this program.
    package static func ofThisMachine() throws(PfmError) -> PerfBackend {
        let kernel = PerfKernel()
        let pmus = SysfsPmus(kernel)
        let sources = KernelEventSources(
            deviceNames: pmus.all.map(\.name),
            layout: HardwarePmu.detect(pmus) == nil ? .generic : .native
        )
        return try PerfBackend(kernel: kernel, pmus: pmus, eventSources: sources.all)
    }
}
