import CPerfEvent
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
import SystemPackage
import Testing

@Suite struct GenericEventsTests {
    let events = GenericEvents(devices: Fixture.devices("server"))

    /// Class and number of a name, against the kernel's own header.
    static let names: [(String, GenericLayout.Class, UInt32)] = [
        ("cpu-clock", .software, PERF_COUNT_SW_CPU_CLOCK.rawValue),
        ("task-clock", .software, PERF_COUNT_SW_TASK_CLOCK.rawValue),
        ("page-faults", .software, PERF_COUNT_SW_PAGE_FAULTS.rawValue),
        ("faults", .software, PERF_COUNT_SW_PAGE_FAULTS.rawValue),
        ("context-switches", .software, PERF_COUNT_SW_CONTEXT_SWITCHES.rawValue),
        ("cs", .software, PERF_COUNT_SW_CONTEXT_SWITCHES.rawValue),
        ("cpu-migrations", .software, PERF_COUNT_SW_CPU_MIGRATIONS.rawValue),
        ("migrations", .software, PERF_COUNT_SW_CPU_MIGRATIONS.rawValue),
        ("minor-faults", .software, PERF_COUNT_SW_PAGE_FAULTS_MIN.rawValue),
        ("major-faults", .software, PERF_COUNT_SW_PAGE_FAULTS_MAJ.rawValue),
        ("alignment-faults", .software, PERF_COUNT_SW_ALIGNMENT_FAULTS.rawValue),
        ("emulation-faults", .software, PERF_COUNT_SW_EMULATION_FAULTS.rawValue),
        ("dummy", .software, PERF_COUNT_SW_DUMMY.rawValue),
        ("bpf-output", .software, PERF_COUNT_SW_BPF_OUTPUT.rawValue),
        ("cgroup-switches", .software, PERF_COUNT_SW_CGROUP_SWITCHES.rawValue),
        ("cycles", .hardware, PERF_COUNT_HW_CPU_CYCLES.rawValue),
        ("cpu-cycles", .hardware, PERF_COUNT_HW_CPU_CYCLES.rawValue),
        ("instructions", .hardware, PERF_COUNT_HW_INSTRUCTIONS.rawValue),
        ("cache-references", .hardware, PERF_COUNT_HW_CACHE_REFERENCES.rawValue),
        ("cache-misses", .hardware, PERF_COUNT_HW_CACHE_MISSES.rawValue),
        ("branches", .hardware, PERF_COUNT_HW_BRANCH_INSTRUCTIONS.rawValue),
        ("branch-instructions", .hardware, PERF_COUNT_HW_BRANCH_INSTRUCTIONS.rawValue),
        ("branch-misses", .hardware, PERF_COUNT_HW_BRANCH_MISSES.rawValue),
        ("bus-cycles", .hardware, PERF_COUNT_HW_BUS_CYCLES.rawValue),
        ("stalled-cycles-frontend", .hardware, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND.rawValue),
        ("idle-cycles-frontend", .hardware, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND.rawValue),
        ("stalled-cycles-backend", .hardware, PERF_COUNT_HW_STALLED_CYCLES_BACKEND.rawValue),
        ("idle-cycles-backend", .hardware, PERF_COUNT_HW_STALLED_CYCLES_BACKEND.rawValue),
        ("ref-cycles", .hardware, PERF_COUNT_HW_REF_CPU_CYCLES.rawValue),
    ]

    @Test(arguments: names)
    func hasTheKernelsNumbers(name: String, eventClass: GenericLayout.Class, number: UInt32) throws
    {
        let (image, operand) = try generic(events.resolve(name))
        #expect(image >> 32 & 0xF == UInt64(eventClass.rawValue))
        #expect(image & 0xFFFF == UInt64(number))
        #expect(image & 0xFFFF_0000 == 0x0053_0000)
        #expect(operand == 0)
    }

    @Test func knowsEveryNumberOfTheHeader() {
        #expect(SoftwareEvent.all.count == Int(PERF_COUNT_SW_MAX.rawValue))
        #expect(HardwareEvent.all.count == Int(PERF_COUNT_HW_MAX.rawValue))
        #expect(SoftwareEvent.all.map { Int($0.number) } == Array(SoftwareEvent.all.indices))
        #expect(HardwareEvent.all.map { Int($0.number) } == Array(HardwareEvent.all.indices))
        #expect(CacheEvent.Cache.allCases.count == Int(PERF_COUNT_HW_CACHE_MAX.rawValue))
    }

    @Test(
        arguments: [
            ("L1-dcache-loads", 0x00_00_00, "L1-dcache-loads"),
            ("L1-dcache-load-misses", 0x01_00_00, "L1-dcache-load-misses"),
            ("l1d-loads", 0x00_00_00, "L1-dcache-loads"),
            ("L1-icache-prefetches", 0x00_02_01, "L1-icache-prefetches"),
            ("LLC-stores", 0x00_01_02, "LLC-stores"),
            ("LLC-misses", 0x01_00_02, "LLC-load-misses"),
            ("dTLB-store-misses", 0x01_01_03, "dTLB-store-misses"),
            ("iTLB-loads", 0x00_00_04, "iTLB-loads"),
            ("branch-load-misses", 0x01_00_05, "branch-load-misses"),
            ("node-prefetch-misses", 0x01_02_06, "node-prefetch-misses"),
        ] as [(String, UInt64, String)]
    )
    func readsCacheNames(name: String, config: UInt64, canonical: String) throws {
        let selection = try #require(try events.resolve(name))
        guard case .cache(let event) = try GenericLayout(selection: generic(selection).image).event
        else {
            Issue.record("not a cache event")
            return
        }
        #expect(event.kernelConfig == config)
        #expect(events.name(of: selection) == canonical)
    }

    @Test func namesNothingThatMakesNoSense() throws {
        #expect(try events.resolve("L1-icache-stores") == nil)
        #expect(try events.resolve("iTLB-prefetches") == nil)
        #expect(CacheEvent.all.count == 2 * (4 * 3 + 2 + 2 * 1))
    }

    @Test func everyListedNameIsCanonical() throws {
        var count = 0
        for pmu in events.pmus() {
            for name in events.eventNames(pmu: pmu) {
                let selection = try #require(try events.resolve(name))
                #expect(events.name(of: selection) == name)
                let description = try #require(events.describe(pmu: pmu, event: name))
                #expect(description.selection == selection)
                #expect(!description.text.isEmpty)
                count += 1
            }
        }
        #expect(count == 12 + 10 + 32)
    }

    @Test func listsHardwareOnlyWhereThereIsSome() {
        #expect(events.pmus() == ["software", "hardware", "cache"])
        let guest = GenericEvents(devices: Fixture.devices("guest"))
        #expect(guest.pmus() == ["software"])
    }

    @Test(
        arguments: [
            ("cycles:u", 0x8000_0001_0059_0000, "cycles:u"),
            ("cycles:k", 0x8000_0001_005A_0000, "cycles:k"),
            ("cycles:ku", 0x8000_0001_005B_0000, "cycles:uk"),
            ("cycles:ukh", 0x8000_0001_0053_0000, "cycles"),
            ("cycles:uh", 0x8000_0001_0051_0000, "cycles:uh"),
            ("cycles:p", 0x8000_4001_0053_0000, "cycles:p"),
            ("cycles:ppu", 0x8000_8001_0059_0000, "cycles:upp"),
            ("cycles:G", 0x8000_2001_0053_0000, "cycles:G"),
            ("cycles:H", 0x8000_1001_0053_0000, "cycles:H"),
            ("cycles:GH", 0x8000_0001_0053_0000, "cycles"),
            ("cycles:kI", 0x8000_0801_005A_0000, "cycles:kI"),
            ("page-faults:u", 0x8000_0002_0051_0002, "page-faults:u"),
            ("faults:k", 0x8000_0002_0052_0002, "page-faults:k"),
            ("cs:k", 0x8000_0002_0052_0003, "context-switches:k"),
            ("cs:uk", 0x8000_0002_0053_0003, "context-switches"),
            ("task-clock:u", 0x8000_0002_0051_0001, "task-clock:u"),
        ] as [(String, UInt64, String)]
    )
    func readsModifiers(name: String, image: UInt64, canonical: String) throws {
        let selection = try #require(try events.resolve(name))
        #expect(selection == .generic(image, operand: 0))
        #expect(events.name(of: selection) == canonical)
        #expect(try events.resolve(canonical) == selection)
    }

    @Test(
        arguments: [
            ("context-switches:u", Errno.invalidArgument, "kernel mode"),
            ("migrations:u", .invalidArgument, "cpu-migrations"),
            ("cgroup-switches:u", .invalidArgument, "would always be 0"),
            ("page-faults:h", .invalidArgument, "only hardware events"),
            ("page-faults:G", .invalidArgument, "only hardware events"),
            ("task-clock:p", .invalidArgument, "only hardware events"),
            ("cycles:pppp", .invalidArgument, "at most three p"),
            ("cycles:ux", .invalidArgument, "'x' is not a modifier"),
            ("cycles:", .invalidArgument, "no modifier stands"),
            ("cycles:u:k", .invalidArgument, "':' is not a modifier"),
        ] as [(String, Errno, String)]
    )
    func refusesWhatWouldCountWrongly(name: String, code: Errno, part: String) throws {
        let error = try failure { () throws(PfmError) in try events.resolve(name) }
        #expect(error.code == code)
        #expect(error.message.contains(part), "\(error.message)")
        #expect(error.message.contains(name))
    }

    @Test func saysWhatFiltersDo() throws {
        func modifiers(_ event: String) throws -> [String: String] {
            let found = try #require(events.describe(pmu: "software", event: event)).modifiers
            return Dictionary(uniqueKeysWithValues: found)
        }
        #expect(try modifiers("task-clock")["u"] == "no effect on the count")
        #expect(try modifiers("page-faults")["u"] == "in user mode only")
        #expect(try modifiers("context-switches")["u"] == nil)
        #expect(try modifiers("context-switches")["k"]?.contains("u alone is refused") == true)
    }

    @Test func isSilentAboutOtherNames() throws {
        for name in [
            "sched:sched_switch", "mem:0x1:w", "msr/tsc/", "r1c0", "", ":", ":u", "Cycles",
        ] {
            #expect(try events.resolve(name) == nil, "\(name)")
        }
        #expect(events.name(of: .generic(0x8000_0003_0053_0005, operand: 0)) == nil)
        #expect(events.name(of: .generic(0x8000_0002_0053_0063, operand: 0)) == nil)
        #expect(events.name(of: .programmable(0x53_00C0)) == nil)
    }

    @Test func namesFixedCounters() {
        #expect(events.name(of: .fixed(index: 0, control: 3)) == "instructions")
        #expect(events.name(of: .fixed(index: 1, control: 2)) == "cycles:u")
        #expect(events.name(of: .fixed(index: 2, control: 0b1001)) == "ref-cycles:k")
        #expect(events.name(of: .fixed(index: 0, control: 0)) == nil)
        #expect(events.name(of: .fixed(index: 9, control: 3)) == nil)
    }

    @Test func suggestsNearNames() {
        #expect(events.namesNear("cylces") == ["cycles"])
        #expect(events.namesNear("pagefaults:u").first == "page-faults:u")
        #expect(events.namesNear("fault").first == "faults")
        #expect(events.namesNear("xyzzy_plugh").isEmpty)
    }

    @Test(
        .enabled(if: opens(PERF_COUNT_SW_DUMMY.rawValue), "perf_event_open is not allowed here"),
        arguments: SoftwareEvent.all.map(\.name)
    )
    func opensOnThisKernel(name: String) throws {
        let (image, _) = try generic(events.resolve(name))
        #expect(Self.opens(UInt32(image & 0xFFFF)))
    }

    private static func opens(_ software: UInt32) -> Bool {
        var attr = perf_event_attr()
        attr.size = UInt32(MemoryLayout<perf_event_attr>.size)
        attr.type = PERF_TYPE_SOFTWARE.rawValue
        attr.config = UInt64(software)
        let descriptor = FileDescriptor(rawValue: cperf_event_open(&attr, 0, -1, -1, 0))
        return (try? descriptor.close()) != nil
    }
}
