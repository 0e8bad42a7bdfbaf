import Glibc
@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

extension PerfTests {
    /// Time-outs of sets.
    @Suite(.timeLimit(.minutes(1)))
    struct PerfTimeoutTests {
        let backend: PerfBackend
        let worker = Worker()

        init() throws {
            backend = try PerfBackend()
        }

        private func drainTimeouts() -> Int {
            var count = 0
            backend.drainEvents { event in
                if case .timeout = event.kind { count += 1 }
            }
            return count
        }

        @Test("a thread's time-out passes while it runs, not while it sleeps")
        func thread() throws {
            let session = try backend.attach(
                .thread(worker.tid),
                counters(Events.taskClock),
                timeout: 2_000_000
            )
            defer { session.detach() }
            try session.start(0)
            worker.run { usleep(20_000) }
            #expect(drainTimeouts() == 0)
            worker.run { Deed.spin(milliseconds: 21) }
            session.stop(0)
            let active = try session.read(0).raw[0]
            let expected = Int(active / 2_000_000)
            #expect((expected - 1...expected).contains(drainTimeouts()))
        }

        @Test("what is left of it is kept over a halt, and can be set")
        func left() throws {
            let session = try backend.attach(
                .thread(worker.tid),
                counters(Events.taskClock),
                timeout: 40_000_000
            )
            defer { session.detach() }
            try session.start(0)
            worker.run { Deed.spin(milliseconds: 25) }
            session.stop(0)
            #expect(drainTimeouts() == 0)
            try session.start(0)
            worker.run { Deed.spin(milliseconds: 25) }
            session.stop(0)
            #expect(drainTimeouts() == 1)
            session.setTimeoutLeft(0, nanoseconds: 5_000_000)
            try session.start(0)
            worker.run { Deed.spin(milliseconds: 10) }
            session.stop(0)
            #expect(drainTimeouts() >= 1)
            // From then on it is whole again.
            try session.start(0)
            worker.run { Deed.spin(milliseconds: 25) }
            session.stop(0)
            #expect(drainTimeouts() == 0)
        }

        @Test("a CPU's and a family's time-outs pass in wall time", arguments: [false, true])
        func wallTime(isCPU: Bool) throws {
            let session = try backend.attach(
                isCPU ? .cpu(0) : .thread(worker.tid),
                counters(Events.taskClock),
                timeout: 50_000_000,
                inherit: !isCPU
            )
            defer { session.detach() }
            let begin = backend.now
            try session.start(0)
            let events = backend.events { $0.count >= 2 }
            session.stop(0)
            #expect(events.count == 2)
            let times = events.map { Int($0.time - begin) / 1_000_000 }
            #expect(times[0] >= 50 && times[1] >= 100 && times[1] < 400)
            #expect(backend.events(within: 150) { _ in false }.isEmpty)
            session.setTimeoutLeft(0, nanoseconds: 1_000_000)
            let again = backend.now
            try session.start(0)
            let first = backend.events { !$0.isEmpty }
            #expect(Int((first.first?.time ?? 0) - again) < 45_000_000)
            session.stop(0)
        }
    }
}
