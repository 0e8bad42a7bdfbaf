@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonModel
import SystemPackage
import Testing

/// A target is tasks on CPUs, and is counted at placements whose counts add up.
@Suite
struct PlacementTests {
    private func part(
        _ placement: Placement,
        _ raw: [UInt64],
        _ enabled: UInt64,
        _ running: UInt64,
        time: UInt64 = 0
    ) -> PlacedSnapshot {
        let snapshot = Snapshot(
            raw: raw,
            timeEnabled: enabled,
            timeRunning: running,
            time: time
        )
        return PlacedSnapshot(placement, snapshot)
    }

    @Test("a target's kind, words and parts")
    func targets() {
        let kinds: [(Target, TargetKind, String)] = [
            (.thread(7), .thread, "thread 7"),
            (.cpu(3), .cpu, "CPU 3"),
            (Target(tasks: .process(7)), .process, "process 7"),
            (Target(tasks: .tree(7)), .tree, "process 7 and its descendants"),
            (Target(tasks: .cgroup("/a"), cpus: [2, 0, 1]), .cgroup, "cgroup /a on CPUs 0-2"),
            (Target(tasks: .thread(7), cpus: [1]), .thread, "thread 7 on CPU 1"),
            (Target(tasks: .all, cpus: [0, 1, 5]), .cpus, "CPUs 0-1,5"),
            (Target(tasks: .all), .cpus, "all CPUs"),
        ]
        for (target, kind, text) in kinds {
            #expect(target.kind == kind)
            #expect(target.description == text)
        }
        #expect(Target.thread(7).thread == 7)
        #expect(Target.thread(7).cpu == nil)
        #expect(Target.cpu(3).cpu == 3)
        #expect(Target.cpu(3).thread == nil)
        #expect(Target(tasks: .all, cpus: [0, 1]).cpu == nil)
        #expect(Target(tasks: .thread(7), cpus: [1]).cpu == nil)
        #expect(Target(tasks: .process(7)).thread == nil)
        #expect(Target.cpu(0).isSystemWide)
        #expect(!Target(tasks: .cgroup("/a"), cpus: [0]).isSystemWide)
    }

    @Test("a set of CPUs is in order, and has every number once")
    func cpus() {
        #expect(Array(CPUSet([5, 1, 400, 1, 0])) == [0, 1, 5, 400])
        #expect(CPUSet([5, 1, 400, 0]) == [0, 1, 5, 400])
        #expect(CPUSet([5, 1, 400, 0]).description == "0-1,5,400")
        #expect(CPUSet([]).description == "none")
        #expect(CPUSet(0..<1000).contains(999))
    }

    @Test("of no placement nothing was counted")
    func none() {
        let sum = Snapshot(adding: [], counters: 2)
        #expect(sum == Snapshot(raw: [0, 0], timeEnabled: 0, timeRunning: 0, time: 0))
        #expect(sum.quality == .exact)
    }

    @Test("threads and CPUs add up, counts modulo 2^64")
    func independent() {
        let threads = Snapshot(
            adding: [
                part(Placement(thread: 1), [1, .max], 100, 100, time: 5),
                part(Placement(thread: 2), [2, 3], 50, 50, time: 7),
            ],
            counters: 2
        )
        #expect(threads == Snapshot(raw: [3, 2], timeEnabled: 150, timeRunning: 150, time: 7))
        #expect(threads.quality == .exact)
        let cpus = Snapshot(
            adding: [
                part(Placement(cpu: 0), [10], 100, 100),
                part(Placement(cpu: 1), [10], 100, 40),
            ],
            counters: 1
        )
        #expect(cpus.raw == [20])
        #expect(cpus.timeEnabled == 200)
        #expect(cpus.timeRunning == 140)
        #expect(cpus.quality == .scaled)
    }

    @Test("a thread's time is divided among its CPUs, not multiplied by them")
    func divided() {
        let sum = Snapshot(
            adding: [
                part(Placement(thread: 7, cpu: 0), [30], 1003, 300),
                part(Placement(thread: 7, cpu: 1), [70], 1000, 700),
            ],
            counters: 1
        )
        #expect(sum.raw == [100])
        #expect(sum.timeEnabled == 1000)
        #expect(sum.timeRunning == 1000)
        #expect(sum.quality == .exact)
        // Time on a CPU that has no placement is missing.
        let partly = Snapshot(
            adding: [part(Placement(thread: 7, cpu: 0), [30], 1000, 300)],
            counters: 1
        )
        #expect(partly.quality == .scaled)
        // Two threads on two CPUs each.
        let both = Snapshot(
            adding: [
                part(Placement(thread: 7, cpu: 0), [1], 100, 40),
                part(Placement(thread: 8, cpu: 0), [1], 50, 50),
                part(Placement(thread: 7, cpu: 1), [1], 100, 60),
                part(Placement(thread: 8, cpu: 1), [1], 50, 0),
            ],
            counters: 1
        )
        #expect(both == Snapshot(raw: [4], timeEnabled: 150, timeRunning: 150, time: 0))
    }

    @Test("what never ran has no count")
    func notCounted() {
        let sum = Snapshot(
            adding: [
                part(Placement(thread: 1), [0], 100, 0), part(Placement(thread: 2), [0], 100, 0),
            ],
            counters: 1
        )
        #expect(sum.quality == .notCounted)
        // A placement at which the set is not open yet has no counts.
        let early = Snapshot(
            adding: [part(Placement(cpu: 0), [], 0, 0), part(Placement(cpu: 1), [5], 9, 9)],
            counters: 1
        )
        #expect(early.raw == [5])
    }

    private let root = Client(uid: 0, gid: 0, tid: 1)

    private func holder(_ name: String) -> SessionArbiter.Holder {
        SessionArbiter.Holder(name: name, uid: 0)
    }

    @Test("a session with several placements counts once, and takes all or nothing")
    func arbitration() throws {
        var arbiter = SessionArbiter(allowsMixing: false)
        let family = try arbiter.reserve(
            [Placement(thread: 7, cpu: 0), Placement(thread: 7, cpu: 1)],
            for: holder("a"),
            by: root
        )
        #expect(arbiter.threadCount == 1)
        #expect(arbiter.systemCount == 0)
        let taken = [Placement(thread: 8), Placement(thread: 7)]
        #expect(
            refusal { () throws(PfmError) in
                _ = try arbiter.reserve(taken, for: holder("b"), by: root)
            } == .fileExists
        )
        #expect(
            refusal { () throws(PfmError) in
                _ = try arbiter.reserve([Placement(cpu: 0)], for: holder("b"), by: root)
            } == .resourceBusy
        )
        let other = try arbiter.reserve([Placement(thread: 8)], for: holder("b"), by: root)
        arbiter.release(family)
        arbiter.release(other)
        #expect(arbiter.threadCount == 0)
        let wide = try arbiter.reserve(
            [Placement(cpu: 0), Placement(cpu: 2)],
            for: holder("c"),
            by: root
        )
        #expect(arbiter.systemCount == 1)
        #expect(
            refusal { () throws(PfmError) in
                _ = try arbiter.reserve(
                    [Placement(cpu: 1), Placement(cpu: 2)],
                    for: holder("d"),
                    by: root
                )
            } == .resourceBusy
        )
        let free = try arbiter.reserve([Placement(cpu: 1)], for: holder("d"), by: root)
        arbiter.release(wide)
        arbiter.release(free)
        #expect(arbiter.systemCount == 0)
        _ = try arbiter.reserve([Placement(thread: 7)], for: holder("e"), by: root)
    }
}
