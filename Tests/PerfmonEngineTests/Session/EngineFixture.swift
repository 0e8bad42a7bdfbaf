@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// An engine over the simulated PMU, with a clock that only the test moves.
final class EngineFixture {
    let clock = SimulatedClock(isManual: true)
    let threads = ScriptedThreads()
    let backend: SimulatedBackend
    /// Between the engine and `backend`, where calls are to take time; nil: nothing.
    let busy: BusyBackend?
    let engine: Engine
    let root = Client(uid: 0, gid: 0, tid: 1)

    init(
        options: EngineOptions = EngineOptions(),
        generator: any RandomNumberGenerator = CountingGenerator(),
        cost: UInt64? = nil
    ) throws {
        var options = options
        options.cpuCount = max(2, options.cpuCount)
        backend = try SimulatedBackend(clock: clock, threads: threads)
        busy = cost.map { [backend] in BusyBackend(backend, cost: $0) }
        engine = Engine(backend: busy ?? backend, options: options, generator: generator)
    }

    /// A context with one or more sets, each given by its event names.
    func context(
        _ name: String = "c",
        flags: ContextFlags = [],
        events: [String]...
    ) throws -> Context {
        let context = try engine.createContext(name, by: root)
        if !flags.isEmpty { try context.setFlags(flags, by: root) }
        for (index, names) in events.enumerated() {
            try context.setEvents(names, set: UInt16(index))
        }
        return context
    }

    /// Lets simulated time pass and everything in it happen.
    func pass(_ nanoseconds: UInt64) {
        clock.advance(by: nanoseconds)
        engine.drain()
    }

    /// Writes one field of a PMD.
    func write(
        _ context: Context,
        pmd: Int,
        set: UInt16 = 0,
        _ change: (inout CounterSettings) -> Void
    ) throws {
        var settings = CounterSettings()
        change(&settings)
        try context.writePmd(pmd, set: set, settings)
    }
}

/// 1, 2, 3, ...: random numbers that a test can predict.
struct CountingGenerator: RandomNumberGenerator {
    private var last: UInt64 = 0

    mutating func next() -> UInt64 {
        last += 1
        return last
    }
}

/// The errno of a refused command; nil when it was done.
func refusal(_ command: () throws(PfmError) -> Void) -> Errno? {
    do {
        try command()
        return nil
    } catch {
        return error.code
    }
}

/// The 64-bit value that counts `events` events before it wraps.
func period(_ events: UInt64) -> UInt64 {
    0 &- events
}
