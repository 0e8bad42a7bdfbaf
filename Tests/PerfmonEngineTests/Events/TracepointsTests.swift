@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
import SystemPackage
import Testing

@Suite struct TracepointsTests {
    let events = Tracepoints(files: Fixture.files("server"))

    @Test func readsTheNumber() throws {
        #expect(
            try events.resolve("sched:sched_switch") == .generic(0x8000_0003_0053_0174, operand: 0)
        )
        #expect(
            try events.resolve("sched:sched_wakeup:k")
                == .generic(0x8000_0003_0052_0172, operand: 0)
        )
        for name in [
            "sched:nothing", "nothing:sched_switch", "sched_switch", "sched:enable",
            "sched:../sched/sched_switch", "..:events", "sched:", ":sched_switch", "a:b:c:d",
        ] {
            #expect(try events.resolve(name) == nil, "\(name)")
        }
    }

    @Test func listsNamesWithoutControlFiles() {
        #expect(events.pmus() == ["tracepoint"])
        #expect(
            events.eventNames(pmu: "tracepoint") == [
                "sched:sched_switch", "sched:sched_wakeup", "syscalls:sys_enter_read",
                "uprobes:alloc",
            ]
        )
        #expect(events.eventNames(pmu: "sched").isEmpty)
    }

    @Test func describesFromTheFormat() throws {
        let first = try #require(events.describe(pmu: "tracepoint", event: "sched:sched_switch"))
        #expect(first.text == "prev_comm=%s \"quoted\" prev_pid=%d ")
        #expect(first.selection == .generic(0x8000_0003_0053_0174, operand: 0))
        // A format string without a word of its own gives way to the fields.
        let bare = try #require(events.describe(pmu: "tracepoint", event: "sched:sched_wakeup"))
        #expect(bare.text == "char comm[16], pid_t pid")
        #expect(events.describe(pmu: "tracepoint", event: "sched:../sched/sched_switch") == nil)
        #expect(events.listed(pmu: "tracepoint", event: "sched:sched_switch").text.isEmpty)
    }

    /// Of system calls and user probes the kernel filters by the registers of the program.
    @Test func takesUserModeOnlyWhereItCounts() throws {
        #expect(
            try events.resolve("syscalls:sys_enter_read:u")
                == .generic(0x8000_0003_0051_034A, operand: 0)
        )
        #expect(
            try events.resolve("uprobes:alloc:u") == .generic(0x8000_0003_0051_0961, operand: 0)
        )
        let error = try failure { () throws(PfmError) in
            try events.resolve("sched:sched_switch:u")
        }
        #expect(error.code == .invalidArgument)
        #expect(error.message.contains("would always be 0"))
        #expect(try events.resolve("sched:sched_switch:uk") != nil)
    }

    @Test func refusesPatternsAndRecords() throws {
        let pattern = try failure { () throws(PfmError) in try events.resolve("sched:*") }
        #expect(pattern.code == .invalidArgument)
        let record = try failure { () throws(PfmError) in try events.resolve("ftrace:print") }
        #expect(record.code == .notSupported)
    }

    @Test func namesNumbers() throws {
        let wakeup = GenericLayout(.tracepoint(370)).selection()
        #expect(events.name(of: wakeup) == "sched:sched_wakeup")
        #expect(
            events.name(of: .generic(0x8000_0003_0052_0172, operand: 0)) == "sched:sched_wakeup:k"
        )
        #expect(events.name(of: GenericLayout(.tracepoint(9)).selection()) == nil)
        #expect(events.name(of: GenericLayout(.software(2)).selection()) == nil)
    }

    @Test func findsTracefsWhereverItIs() throws {
        let moved = Tracepoints(files: Fixture.files("moved"))
        #expect(moved.eventsDirectory == "/mnt/trace/events")
        #expect(try moved.resolve("irq:irq_handler_entry") != nil)
        let debugfs = Tracepoints(files: Fixture.files("debugfs"))
        #expect(debugfs.eventsDirectory == "/sys/kernel/debug/tracing/events")
        #expect(debugfs.eventNames(pmu: "tracepoint") == ["irq:softirq_entry"])
    }

    @Test func saysThatTracefsIsMissing() throws {
        let none = Tracepoints(files: Fixture.files("guest"))
        #expect(none.pmus().isEmpty)
        #expect(try none.resolve("sched:sched_switch") == nil)
        #expect(none.reasonMissing("sched_switch")?.contains("mount -t tracefs") == true)
        #expect(none.reasonMissing("msr/nothing/") == nil)
        #expect(events.reasonMissing("sched_switch") == nil)
    }

    @Test func suggestsNearNames() {
        #expect(events.namesNear("sched:sched_swich") == ["sched:sched_switch"])
        #expect(events.namesNear("shced:sched_wakeup").contains("sched:sched_wakeup"))
        #expect(events.namesNear("sched_switch") == ["sched:sched_switch"])
        #expect(events.namesNear("syscall:sys_enter_read").first == "syscalls:sys_enter_read")
        #expect(events.namesNear("sched_swich").isEmpty)
    }

    @Test(.enabled(if: Tracepoints().eventsDirectory != nil, "tracefs is not mounted"))
    func agreesWithThisKernel() throws {
        let real = Tracepoints()
        let names = real.eventNames(pmu: "tracepoint")
        #expect(names.count > 100)
        let name = "sched:sched_switch"
        #expect(names.contains(name))
        let selection = try #require(try real.resolve(name))
        // A source that has not resolved the name has to find it by its number.
        #expect(Tracepoints().name(of: selection) == name)
        let description = try #require(real.describe(pmu: "tracepoint", event: name))
        #expect(description.text.contains("prev_comm"))
    }
}
