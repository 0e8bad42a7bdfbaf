import CLinux
import FuseKit
import Glibc
import LinuxSupport
import PerfBackend
import PerfmonEngine
import PerfmonFS
import PerfmonModel
import PfmfsOptions
import SimulatedBackend
import SystemPackage

extension MountContent {
    /// Makes what a mount with these options serves: the backend, the engine over it, the tree over
    /// the engine. Called once, before the process goes to the background and before it has
    /// threads.
    ///
    /// - Throws: ENOSYS when the backend that was asked for by name cannot work here.
    static func make(for options: MountOptions) throws(PfmError)
        -> sending (MountContent, [Privilege])
    {
        let (backend, reports) = try BackendChoice.make(for: options)
        let engine = Engine(backend: backend, options: engineOptions(options))
        if let limit = options.bufferMemoryMax { engine.controls.bufferMemoryMax = limit }
        let mount = PerfmonMount(
            engine: engine,
            options: treeOptions(options),
            backendReports: reports
        )
        var watches = [Watch(backend.eventDescriptor) { engine.drain() }]
        if engine.paceDescriptor >= 0 {
            watches.append(Watch(engine.paceDescriptor) { engine.resumeWaiting() })
        }
        let content = MountContent(
            root: mount.root(),
            services: mount.services,
            watches: watches
        )
        return (content, mount.privileges)
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

/// Finds the backend that `-o backend=` asks for.
enum BackendChoice {
    /// - Returns: the backend, and what `info/backends` says of all of them.
    static func make(
        for options: MountOptions
    ) throws(PfmError) -> (any CounterBackend, () -> [BackendReport]) {
        switch options.backend {
        case .auto, .perf:
            let backend = try PerfBackend.ofThisMachine()
            return (backend, { [perf, msr, simulated] })
        case .msr:
            throw PfmError(
                .noFunction,
                "backend=msr does not work here: \(msrReason)",
                hint: "mount without backend=, which takes perf"
            )
        case .simulated:
            let clock = SimulatedClock(isManual: options.simulatedClock == .manual)
            let threads: any SimulatedThreads = clock.isManual ? ScriptedThreads() : HostThreads()
            let backend = try SimulatedBackend(clock: clock, threads: threads)
            return (backend, { [perf, msr, simulated] })
        }
    }

    private static var perf: BackendReport {
        let paranoid = ProcessLimits.firstLine(of: "/proc/sys/kernel/perf_event_paranoid")
        var facts: [(key: String, value: String)] = []
        if let paranoid { facts.append(("paranoid", paranoid)) }
        if let rate = ProcessLimits.firstLine(of: "/proc/sys/kernel/perf_event_max_sample_rate") {
            facts.append(("max_sample_rate", rate))
        }
        if paranoid == nil { facts.append(("reason", "this kernel has no perf_event_open")) }
        return BackendReport(name: "perf", isAvailable: paranoid != nil, facts: facts)
    }

    private static var msr: BackendReport {
        BackendReport(name: "msr", isAvailable: false, facts: [("reason", msrReason)])
    }

    private static let simulated = BackendReport(name: "simulated", isAvailable: true, facts: [])

    private static var msrReason: String {
        access("/dev/cpu/0/msr", F_OK) == 0
            ? "this version of pfmfs has no msr backend"
            : "/dev/cpu/0/msr: No such file or directory"
    }
}
