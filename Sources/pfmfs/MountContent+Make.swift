import CLinux
import FuseKit
import Glibc
import LinuxSupport
import PerfmonEngine
import PerfmonFS
import PerfmonModel
import PfmfsOptions
import SystemPackage

extension MountContent {
    /// Makes what a mount with these options serves: the backend, the engine over it, the tree over
    /// the engine. Called once, before the process goes to the background and before it has
    /// threads.
    ///
    /// - Returns: also the row of the backend, which says what the daemon has to keep for it.
    /// - Throws: what the registry says when the backend that was asked for cannot work here.
    static func make(
        for options: MountOptions,
        with backends: BackendRegistry
    ) throws(PfmError) -> sending (content: MountContent, row: BackendRow) {
        var settings = BackendSettings()
        settings.hasManualClock = options.simulatedClock == .manual
        let (row, backend) = try backends.make(options.backend, settings)
        let engine = Engine(backend: backend, options: engineOptions(options))
        if let limit = options.bufferMemoryMax { engine.controls.bufferMemoryMax = limit }
        let mount = PerfmonMount(
            engine: engine,
            options: treeOptions(options),
            backendReports: { backends.reports },
            privileges: row.privileges
        )
        var watches = [
            Watch(backend.eventDescriptor) {
                engine.drain()
                return false
            }
        ]
        if engine.paceDescriptor >= 0 {
            watches.append(
                Watch(engine.paceDescriptor) {
                    engine.resumeWaiting()
                    return false
                }
            )
        }
        let content = MountContent(
            root: mount.root(),
            services: mount.services,
            watches: watches
        )
        return (content, row)
    }

    private static func engineOptions(_ options: MountOptions) -> EngineOptions {
        var result = EngineOptions()
        result.allowsMixedSessions = options.mixesSessions
        result.isStrict = options.isStrict
        result.hidesOthers = options.hidesContexts
        result.limits = options.limits
        result.limits.administrators = [0, geteuid()]
        result.maximumSets = options.maxSets ?? result.maximumSets
        result.userBufferMemory = options.userBufferMemory ?? result.userBufferMemory
        result.timeoutTick = options.tick
        result.cpuCount = max(1, sysconf(Int32(_SC_NPROCESSORS_CONF)))
        return result
    }

    private static func treeOptions(_ options: MountOptions) -> TreeOptions {
        var result = TreeOptions()
        result.contextsMode = options.contextsMode
        result.cloneMode = options.cloneMode
        result.hidesContexts = options.hidesContexts
        return result
    }
}
