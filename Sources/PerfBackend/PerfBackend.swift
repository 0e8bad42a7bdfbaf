internal import CLinux
internal import CPerfEvent
internal import Glibc
internal import LinuxSupport
internal import PerfmonEngine
internal import PerfmonEvents
internal import PerfmonModel
internal import PrivilegeSupport
internal import SystemPackage

/// Counts with the kernel's own performance events, perf_event_open(2).
package final class PerfBackend: CounterBackend {
    let name = "perf"
    let pmu: PmuDescription
    let capabilities: BackendCapabilities
    /// Nothing: the kernel's counters and its time are real.
    var manualControls: (any ManualControls)? { nil }
    let eventSources: [any EventSource]
    /// The PMUs that the generic layout numbers.
    let devices: SysfsEvents

    let kernel: PerfKernel
    let attributes: PerfAttributes
    let names: PerfEventName
    let poller: PerfPoller
    let slowThread: HelperThread
    let holders: EventHolders
    /// What commands have to find out: the verdicts on clients.
    let answers = Lookups()
    /// Whether threads that have executed a program are still their clients' to monitor.
    var verdictsAfterExec: [(session: UInt64, isAllowed: Bool)] = []
    /// False leaves pidfds of threads out, as before Linux 6.9; for tests.
    let usesThreadPidfds: Bool
    /// Attached sessions by serial number.
    private(set) var sessions: [UInt64: PerfSession] = [:]
    /// Sessions whose rings may hold something, by serial number.
    private(set) var active: [UInt64: PerfSession] = [:]
    /// News of CPUs; from the first session on a CPU on.
    var announcements: CPUAnnouncements?
    /// From the first CPU session with overflows on.
    var scanTimer: PerfScanTimer?
    /// From the first session that holds its thread on.
    var tracer: HoldTracer?
    /// Raised by the tracer.
    let kick: Kick
    private var lastSerial: UInt64 = 0
    /// As of the last session that overflows; reading it takes longer than opening an event.
    private var shortestClockDistance: UInt64

    /// Gets ready; opens no event and starts no thread, so that the program may still put itself
    /// in the background.
    ///
    /// - Throws: when the kernel has no perf events or keeps them from this program, with the
    ///   reason for `info/backends`.
    init(
        kernel: PerfKernel = PerfKernel(),
        devices: SysfsEvents? = nil,
        eventSources: [any EventSource] = [],
        usesThreadPidfds: Bool = true
    ) throws(PfmError) {
        self.kernel = kernel
        self.eventSources = eventSources
        self.usesThreadPidfds = usesThreadPidfds
        shortestClockDistance = kernel.shortestClockDistance
        let devices = devices ?? SysfsEvents(files: kernel.files)
        self.devices = devices
        attributes = PerfAttributes(devices: devices)
        names = PerfEventName(eventSources: eventSources)
        let hardware = PerfPmuDescription.hardware(drivenBy: devices)
        pmu = PerfPmuDescription.describe(hardware)
        capabilities = Self.capabilities(devices, hardware)
        slowThread = HelperThread(name: "pfmfs-close")
        holders = EventHolders(thread: slowThread)
        do throws(Errno) {
            poller = try PerfPoller()
            kick = try Kick()
            try poller.add(kick.raw, .init(session: 0, source: .kick))
        } catch {
            throw PfmError(error, "no descriptor to wait for events with: \(error)")
        }
        do throws(Errno) {
            _ = try PerfEventFile.open(PerfOpening.dummy, tid: 0, cpu: -1)
        } catch {
            throw Self.unavailable(error, kernel)
        }
    }

    private static func unavailable(_ code: Errno, _ kernel: PerfKernel) -> PfmError {
        guard let paranoid = kernel.paranoid else {
            return PfmError(.noFunction, "this kernel has no performance events")
        }
        guard code != .invalidArgument else {
            return PfmError(
                .noFunction,
                "this kernel's performance events are older than Linux 6.0"
            )
        }
        return PfmError(
            code,
            "perf_event_open is refused (\(code)) and perf_event_paranoid is \(paranoid)",
            hint: "pfmfs needs root or CAP_PERFMON, and a container must let the call through"
        )
    }

    var lookups: Lookups? { answers }

    var now: UInt64 { MonotonicClock.now }

    var eventDescriptor: Int32 { poller.raw }

    /// A thread's time-out overruns by 20 to 60 microseconds; a tenth of that would be noise.
    var timeoutTick: UInt64 { 1_000_000 }

    func opening(for request: AttachRequest, serial: UInt64) -> PerfOpening {
        if request.sets.contains(where: { set in
            set.timeout != nil || set.counters.contains { $0.distance != nil }
        }) {
            shortestClockDistance = kernel.shortestClockDistance
        }
        let output = PerfOutput(tellsProcesses: request.wantsProcesses)
        return PerfOpening(
            attributes: attributes,
            names: names,
            kernel: kernel,
            target: request.target,
            placement: Placement(request.target),
            inherit: request.inherit,
            signalData: request.holdAtOverflow ? HoldTracer.signalData(session: serial) : nil,
            wakesByWatermark: request.isBuffered || !Self.isThread(request.target),
            shortestClockDistance: shortestClockDistance,
            wantsCallChains: request.wantsCallChains,
            output: output,
            witness: output
        )
    }

    static func isThread(_ target: Target) -> Bool {
        target.thread != nil
    }

    func nextSerial() -> UInt64 {
        lastSerial += 1
        return lastSerial
    }

    /// Enters a session that is complete.
    func remember(_ session: PerfSession) {
        sessions[session.serial] = session
    }

    /// Takes a session out of everything before its descriptors are closed.
    func forget(_ session: PerfSession) {
        sessions[session.serial] = nil
        rest(session)
        for descriptor in session.watched { poller.remove(descriptor) }
        for attributes in session.held { holders.release(attributes) }
    }

    /// From now on the session's ring may fill.
    func sessionRuns(_ session: PerfSession) {
        guard session.holdsSamples, active[session.serial] == nil else { return }
        active[session.serial] = session
        scanIfNeeded()
    }

    /// The session's ring has been read empty, and stays so.
    func rest(_ session: PerfSession) {
        guard active.removeValue(forKey: session.serial) != nil else { return }
        scanIfNeeded()
    }
}
