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
    /// Counting on threads and CPUs with real events of the running kernel.
    @Suite(.timeLimit(.minutes(1)))
    struct PerfCountingTests {
        let backend: PerfBackend
        let worker = Worker()

        init() throws {
            backend = try PerfBackend()
        }

        @Test(
            "page faults are counted one by one, between start and stop only",
            .disabled(if: isSanitized, "the sanitizer faults pages too")
        )
        func pageFaults() throws {
            let session = try backend.attach(.thread(worker.tid), counters(Events.pageFaults))
            worker.run { Deed.touch(pages: 11) }
            try session.start(0)
            worker.run { Deed.touch(pages: 1009) }
            session.stop(0)
            worker.run { Deed.touch(pages: 13) }
            let first = try session.read(0)
            // The thread's own call chain may fault on its stack once or twice.
            #expect((1009...1012).contains(first.raw[0]))
            try session.start(0)
            worker.run { Deed.touch(pages: 503) }
            session.stop(0)
            #expect((503...504).contains(try session.read(0).raw[0] - first.raw[0]))
            session.detach()
        }

        @Test(
            "counts of one set come from one instant, in the order of the program",
            .disabled(if: isSanitized, "the sanitizer faults pages too")
        )
        func mixedSet() throws {
            let cell = UnsafeMutablePointer<Int>.allocate(capacity: 1)
            defer { cell.deallocate() }
            nonisolated(unsafe) let written = cell
            var programs = counters(Events.pageFaults, Events.writes(to: cell), Events.taskClock)
            if let clock = Events.timeStampCounter {
                programs.append(CounterProgram(pmd: 9, selection: clock))
            }
            let session = try backend.attach(.thread(worker.tid), programs)
            defer { session.detach() }
            try session.start(0)
            worker.run {
                for number in 0..<211 { write(number, to: written) }
                Deed.touch(pages: 101)
                Deed.spin(milliseconds: 5)
            }
            session.stop(0)
            let counts = try session.read(0)
            #expect((101...104).contains(counts.raw[0]))
            #expect(counts.raw[1] == 211)
            #expect(counts.raw[2] >= 5_000_000)
            #expect(counts.timeEnabled >= counts.raw[2] - 100_000)
            #expect(counts.timeRunning == counts.timeEnabled)
            if Events.timeStampCounter != nil {
                #expect(counts.raw[3] > 1_000_000)
            }
        }

        @Test("a tracepoint counts every call", .enabled(if: Events.getppid != nil, "no tracefs"))
        func tracepoint() throws {
            let event = try #require(Events.getppid)
            let session = try backend.attach(.thread(worker.tid), counters(event))
            try session.start(0)
            worker.run { Deed.askForParent(times: 2011) }
            session.stop(0)
            #expect(try session.read(0).raw == [2011])
            session.detach()
        }

        @Test("one CPU is counted, whoever runs there")
        func wholeCPU() throws {
            let session = try backend.attach(.cpu(0), counters(Events.taskClock, Events.pageFaults))
            defer { session.detach() }
            let child = try Child([
                "taskset", "-c", "0", "sh", "-c", "read x; for i in 1 2 3; do /bin/true; done",
            ])
            try session.start(0)
            child.say("go\n")
            child.wait()
            session.stop(0)
            let counts = try session.read(0)
            #expect(counts.raw[1] > 100)
            #expect(counts.timeEnabled > 0)
        }

        @Test(
            "sets of a session are started one at a time and keep their counts",
            .disabled(if: isSanitized, "the sanitizer faults pages too")
        )
        func severalSets() throws {
            let session = try backend.attach(
                AttachRequest(
                    session: 1,
                    target: .thread(worker.tid),
                    sets: [
                        SetProgram(id: 0, counters: counters(Events.pageFaults)),
                        SetProgram(id: 7, counters: counters(Events.pageFaults, Events.taskClock)),
                    ],
                    inherit: false,
                    holdAtOverflow: false,
                    client: root
                )
            )
            defer { session.detach() }
            try session.start(0)
            #expect(throws: PfmError.self) { try session.start(7) }
            worker.run { Deed.touch(pages: 101) }
            session.stop(0)
            try session.start(7)
            worker.run { Deed.touch(pages: 307) }
            session.stop(7)
            #expect((101...104).contains(try session.read(0).raw[0]))
            #expect((307...309).contains(try session.read(7).raw[0]))
            #expect(throws: PfmError.self) { try session.read(1) }
        }

        @Test(
            "a reprogrammed set keeps the counts of counters that stay",
            .disabled(if: isSanitized, "the sanitizer faults pages too")
        )
        func reprogram() throws {
            let session = try backend.attach(
                .thread(worker.tid),
                counters(Events.pageFaults, Events.contextSwitches)
            )
            defer { session.detach() }
            try session.start(0)
            worker.run { Deed.touch(pages: 101) }
            session.stop(0)
            let before = try session.read(0)
            try session.reprogram(
                SetProgram(id: 0, counters: counters(Events.pageFaults, Events.minorFaults))
            )
            let after = try session.read(0)
            #expect(after.raw == [before.raw[0], 0])
            #expect(after.timeEnabled == before.timeEnabled)
            try session.start(0)
            worker.run { Deed.touch(pages: 103) }
            session.stop(0)
            let last = try session.read(0)
            #expect((103...105).contains(last.raw[0] - before.raw[0]))
            #expect(last.raw[1] == last.raw[0] - before.raw[0])
        }

        @Test("a refused change leaves the set as it was")
        func failedReprogram() throws {
            let session = try backend.attach(.thread(worker.tid), counters(Events.pageFaults))
            defer { session.detach() }
            try session.start(0)
            worker.run { Deed.touch(pages: 101) }
            session.stop(0)
            let before = try session.read(0)
            let error = #expect(throws: PfmError.self) {
                try session.reprogram(
                    SetProgram(id: 0, counters: counters(Events.pageFaults, Events.software(77)))
                )
            }
            #expect(error?.message.contains("set 0, pmd1") == true)
            #expect(try session.read(0).raw == before.raw)
            try session.start(0)
            worker.run { Deed.touch(pages: 103) }
            session.stop(0)
            #expect(try session.read(0).raw[0] - before.raw[0] >= 103)
        }

        @Test("breakpoints of a full set can be replaced by others")
        func replaceBreakpoints() throws {
            let cells = UnsafeMutablePointer<Int>.allocate(capacity: 8)
            defer { cells.deallocate() }
            func program(_ first: Int) -> [CounterProgram] {
                (0..<4).map {
                    CounterProgram(pmd: $0, selection: Events.writes(to: cells + first + $0))
                }
            }
            let session = try backend.attach(.thread(worker.tid), program(0))
            defer { session.detach() }
            let error = #expect(throws: PfmError.self) {
                try backend.attach(.thread(worker.tid), program(4), session: 2)
            }
            #expect(error?.code == .resourceBusy)
            try session.reprogram(SetProgram(id: 0, counters: program(4)))
            nonisolated(unsafe) let written = cells
            try session.start(0)
            worker.run { for index in 0..<17 { write(index, to: written + 5) } }
            session.stop(0)
            #expect(try session.read(0).raw == [0, 17, 0, 0])
        }

        @Test("a detached session gives its breakpoints back at once")
        func detach() throws {
            let cell = UnsafeMutablePointer<Int>.allocate(capacity: 1)
            defer { cell.deallocate() }
            for _ in 0..<3 {
                let session = try backend.attach(
                    .thread(worker.tid),
                    (0..<4).map { CounterProgram(pmd: $0, selection: Events.writes(to: cell)) }
                )
                session.detach()
            }
            #expect(backend.sessions.isEmpty)
        }

        @Test("descriptors do not leak")
        func noLeak() throws {
            // Holders stay open for a while, on purpose.
            try backend.attach(.thread(worker.tid), counters(Events.pageFaults)).detach()
            let before = openEvents()
            for _ in 0..<20 {
                try backend.attach(.thread(worker.tid), counters(Events.pageFaults)).detach()
                #expect(throws: PfmError.self) {
                    try backend.attach(
                        .thread(worker.tid),
                        counters(Events.pageFaults, Events.software(77))
                    )
                }
            }
            #expect(openEvents() == before)
        }
    }
}

/// Writes 8 bytes that no optimiser takes away.
@inline(never)
func write(_ value: Int, to cell: UnsafeMutablePointer<Int>) {
    cell.pointee = value
}
