import Glibc
@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import TestSupport
import Testing

extension PerfTests {
    /// Overflows: where they happen, what they carry, and what they leave alone.
    @Suite(.timeLimit(.minutes(1)))
    struct PerfOverflowTests {
        let backend: PerfBackend
        let worker = Worker()

        init() throws {
            backend = try PerfBackend()
        }

        /// The overflows among events, with the PMDs and counts of each.
        private func overflows(_ events: [BackendEvent]) -> [(pmds: [Int], snapshot: Snapshot)] {
            events.compactMap { event in
                guard case .overflow(let pmds, let snapshot, _) = event.kind else { return nil }
                return (pmds, snapshot)
            }
        }

        private func drain() -> [BackendEvent] {
            var events: [BackendEvent] = []
            backend.drainEvents { events.append($0) }
            return events
        }

        @Test("a free-running counter overflows at every multiple of its distance")
        func distance() throws {
            var program = counters(Events.pageFaults, Events.taskClock)
            program[0].overflow(every: 37)
            let session = try backend.attach(.thread(worker.tid), program, session: 5)
            defer { session.detach() }
            try session.start(0)
            worker.run { Deed.touch(pages: 1009) }
            session.stop(0)
            let total = try session.read(0).raw[0]
            let events = drain()
            let found = overflows(events)
            #expect(UInt64(found.count) == total / 37)
            #expect(found.map(\.snapshot.raw[0]) == (1...total / 37).map { $0 * 37 })
            #expect(found.allSatisfy { $0.pmds == [0] })
            #expect(events.map(\.time) == events.map(\.time).sorted())
            guard case .overflow(_, _, let place) = events.first?.kind else { return }
            #expect(place.tid == worker.tid)
            #expect(place.pid == getpid())
            #expect(events.first?.session == 5)
        }

        @Test(
            "an overflow carries the counts of that very event, however late it is read",
            .disabled(if: isSanitized, "the sanitizer faults pages too")
        )
        func countsAtOverflow() throws {
            let cell = UnsafeMutablePointer<Int>.allocate(capacity: 1)
            defer { cell.deallocate() }
            nonisolated(unsafe) let written = cell
            var program = counters(Events.pageFaults, Events.writes(to: cell))
            program[1].overflow(every: 11)
            let session = try backend.attach(.thread(worker.tid), program)
            defer { session.detach() }
            worker.run { Deed.touch(pages: 3) }
            try session.start(0)
            worker.run {
                for number in 0..<55 {
                    write(number, to: written)
                    Deed.touch(pages: 7)
                }
            }
            usleep(20_000)
            session.stop(0)
            let found = overflows(drain()).map(\.snapshot.raw)
            #expect(found.map { $0[1] } == [11, 22, 33, 44, 55])
            // Seven faults for each write before it; the worker's own stack may fault once first.
            let first = try #require(found.first)[0] - 70
            #expect(first <= 2)
            #expect(found.map { $0[0] - first } == [70, 147, 224, 301, 378])
        }

        @Test(
            "a new distance counts from the moment of arming, and stays",
            .disabled(if: isSanitized, "the sanitizer faults pages too")
        )
        func arm() throws {
            var program = counters(Events.pageFaults)
            program[0].overflow(every: 100)
            let session = try backend.attach(.thread(worker.tid), program)
            defer { session.detach() }
            try session.start(0)
            worker.run { Deed.touch(pages: 150) }
            session.stop(0)
            let halted = try session.read(0).raw[0]
            #expect(overflows(drain()).map(\.snapshot.raw[0]) == [100])
            try session.arm(0, pmd: 0, at: halted + 30, every: 30)
            try session.start(0)
            worker.run { Deed.touch(pages: 100) }
            session.stop(0)
            #expect(
                overflows(drain()).map(\.snapshot.raw[0])
                    == [halted + 30, halted + 60, halted + 90]
            )
            try session.arm(0, [(0, nil)])
            try session.start(0)
            worker.run { Deed.touch(pages: 500) }
            session.stop(0)
            #expect(drain().isEmpty)
            #expect(throws: PfmError.self) { try session.arm(0, pmd: 3, at: 1) }
            try session.arm(0, pmd: 0, at: halted &+ UInt64(Int64.max))
        }

        @Test(
            "a halt does not move the overflow",
            .disabled(if: isSanitized, "the sanitizer faults pages too")
        )
        func haltKeepsDistance() throws {
            var program = counters(Events.pageFaults)
            program[0].overflow(every: 101)
            let session = try backend.attach(.thread(worker.tid), program)
            defer { session.detach() }
            for _ in 0..<5 {
                try session.start(0)
                worker.run { Deed.touch(pages: 43) }
                session.stop(0)
                worker.run { Deed.touch(pages: 29) }
            }
            #expect(overflows(drain()).map(\.snapshot.raw[0]) == [101, 202])
        }

        @Test(
            "a counter that did not overflow can be armed, and counts on",
            .disabled(if: isSanitized, "the sanitizer faults pages too")
        )
        func armLater() throws {
            let session = try backend.attach(
                .thread(worker.tid),
                counters(Events.taskClock, Events.pageFaults)
            )
            defer { session.detach() }
            try session.start(0)
            worker.run { Deed.touch(pages: 50) }
            session.stop(0)
            let before = try session.read(0)
            try session.arm(0, pmd: 1, at: before.raw[1] + 20, every: 20)
            #expect(try session.read(0).raw == before.raw)
            try session.start(0)
            worker.run { Deed.touch(pages: 45) }
            session.stop(0)
            let found = overflows(backend.events { !$0.isEmpty })
            #expect(found.map(\.pmds) == [[1], [1]])
            #expect(found.map(\.snapshot.raw[1]) == [before.raw[1] + 20, before.raw[1] + 40])
        }

        @Test(
            "counters that overflow at the same event are reported together",
            .enabled(if: Events.getppid != nil, "no tracefs")
        )
        func merged() throws {
            let event = try #require(Events.getppid)
            var program = counters(event, event, Events.pageFaults)
            program[0].overflow(every: 6)
            program[1].overflow(every: 10)
            let session = try backend.attach(.thread(worker.tid), program)
            defer { session.detach() }
            try session.start(0)
            worker.run { Deed.askForParent(times: 60) }
            session.stop(0)
            let found = overflows(drain())
            #expect(
                found.map(\.pmds) == [
                    [0], [1], [0], [0], [1], [0], [0, 1], [0], [1], [0], [0], [1], [0], [0, 1],
                ]
            )
            // No counter is an event behind the one that overflowed.
            for (pmds, snapshot) in found {
                #expect(snapshot.raw[0] == snapshot.raw[1])
                #expect(snapshot.raw[0] % (pmds[0] == 0 ? 6 : 10) == 0)
            }
        }

        @Test(
            "the kernel's repeated numbers do not hide who overflowed at the same fault",
            .disabled(if: isSanitized, "the sanitizer faults pages too")
        )
        func repeated() throws {
            var program = counters(Events.pageFaults, Events.taskClock, Events.pageFaults)
            program[0].overflow(every: 101)
            program[2].overflow(every: 101)
            let session = try backend.attach(.thread(worker.tid), program)
            defer { session.detach() }
            try session.start(0)
            worker.run { Deed.touch(pages: 307) }
            session.stop(0)
            let found = overflows(drain())
            #expect(found.count == 3)
            for (index, overflow) in found.enumerated() {
                let count = UInt64(index + 1) * 101
                #expect(overflow.snapshot.raw[0] == count && overflow.snapshot.raw[2] == count)
            }
        }

        @Test("samples that find no room are counted")
        func lost() throws {
            var program = counters(Events.pageFaults)
            program[0].overflow(every: 1)
            let session = try backend.attach(.thread(worker.tid), program)
            defer { session.detach() }
            try session.start(0)
            worker.run { Deed.touch(pages: 3001) }
            session.stop(0)
            let events = drain()
            let lost = events.reduce(UInt64(0)) { sum, event in
                guard case .lost(let count) = event.kind else { return sum }
                return sum + count
            }
            #expect(lost > 0)
            #expect(UInt64(overflows(events).count) + lost == (try session.read(0).raw[0]))
            // The ring tells of them too, once there is room; nothing is told twice.
            try session.start(0)
            worker.run { Deed.touch(pages: 1) }
            session.stop(0)
            let later = drain()
            #expect(overflows(later).count == later.count)
            #expect(later.count >= 1)
        }

        @Test(
            "an outer poll that asks twice before the drain loses nothing",
            .disabled(if: isSanitized, "the sanitizer faults pages too")
        )
        func nestedPoll() throws {
            var program = counters(Events.pageFaults)
            program[0].overflow(every: 100)
            let session = try backend.attach(.thread(worker.tid), program)
            defer { session.detach() }
            try session.start(0)
            worker.run { Deed.touch(pages: 150) }
            var entry = pollfd(fd: backend.eventDescriptor, events: Int16(POLLIN), revents: 0)
            #expect(poll(&entry, 1, 1000) == 1)
            let again = poll(&entry, 1, 0)
            #expect(overflows(drain()).count == 1, "second poll: \(again)")
            #expect(poll(&entry, 1, 0) == 0)
            session.stop(0)
        }

        @Test(
            "a waiting reader is woken by one overflow",
            .disabled(if: isSanitized, "the sanitizer faults pages too")
        )
        func wakes() throws {
            var program = counters(Events.pageFaults)
            program[0].overflow(every: 100)
            let session = try backend.attach(.thread(worker.tid), program)
            defer { session.detach() }
            try session.start(0)
            worker.begin {
                usleep(20_000)
                Deed.touch(pages: 100)
            }
            var entry = pollfd(fd: backend.eventDescriptor, events: Int16(POLLIN), revents: 0)
            #expect(poll(&entry, 1, 2000) == 1)
            #expect(overflows(drain()).count == 1)
        }

        @Test("a whole CPU overflows too, and is looked at from time to time")
        func wholeCPU() throws {
            var program = counters(Events.pageFaults)
            program[0].overflow(every: 20)
            let session = try backend.attach(.cpu(0), program)
            defer { session.detach() }
            let child = try Child([
                "taskset", "-c", "0", "sh", "-c", "read x; /bin/true; /bin/true",
            ])
            try session.start(0)
            child.say("go\n")
            child.wait()
            let found = overflows(backend.events { self.overflows($0).count >= 3 })
            #expect(found.count >= 3)
            let raw = found.map(\.snapshot.raw[0])
            // On a busy CPU the kernel may leave some out for the rest of a tick.
            #expect(raw.allSatisfy { $0 > 0 && $0 % 20 == 0 })
            #expect(zip(raw, raw.dropFirst()).allSatisfy { $0 < $1 })
            session.stop(0)
            var entry = pollfd(fd: backend.eventDescriptor, events: Int16(POLLIN), revents: 0)
            let fallsSilent = (0..<40).contains { _ in
                _ = drain()
                return poll(&entry, 1, 50) == 0
            }
            #expect(fallsSilent)
        }

        @Test("a clock overflows in every mode, and hides where it was in a foreign one")
        func clockModes() throws {
            var program = [
                CounterProgram(pmd: 0, selection: Events.software(1, kernel: false))
            ]
            program[0].overflow(every: 1_000_000)
            let session = try backend.attach(.thread(worker.tid), program)
            defer { session.detach() }
            try session.start(0)
            // Nearly all of this time is the kernel's.
            worker.run { Deed.spin(milliseconds: 31) }
            session.stop(0)
            let events = drain()
            #expect(events.count >= 25)
            for event in events {
                guard case .overflow(_, _, let place) = event.kind else { continue }
                #expect(place.ip < 1 << 63)
            }
        }

        @Test("what the kernel cannot do is refused with a sentence")
        func refused() {
            var program = counters(Events.pageFaults)
            program[0].overflow(every: 20)
            let inherited = #expect(throws: PfmError.self) {
                try backend.attach(.thread(worker.tid), program, inherit: true)
            }
            #expect(inherited?.message.contains("can overflow only into a sampling buffer") == true)
            program = counters(Events.taskClock)
            program[0].overflow(every: 1000)
            let clock = #expect(throws: PfmError.self) {
                try backend.attach(.thread(worker.tid), program)
            }
            #expect(clock?.message.contains("a clock can overflow") == true)
        }
    }
}
