import Glibc
@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
import SystemPackage
import Testing

@Suite struct SysfsEventsTests {
    let events = Fixture.devices("server")
    // Sorted: breakpoint 0, cpu 1, hv_gpci 2, power 3, software 4, tracepoint 5, uncore_cha_0 6,
    // uncore_cha_1 7, uprobe 8.

    @Test func indexesAreThePlacesOfSortedNames() throws {
        #expect(
            events.all.map(\.name) == [
                "breakpoint", "cpu", "hv_gpci", "power", "software", "tracepoint",
                "uncore_cha_0", "uncore_cha_1", "uprobe",
            ]
        )
        #expect(events.all.map(\.index) == Array(0...8))
        #expect(try events.device(at: 3).type() == 20)
        #expect(events.device(ofType: 22)?.name == "uncore_cha_1")
        #expect(events.corePmu?.name == "cpu")
        #expect(!Fixture.devices("guest").hasCorePmu)
    }

    @Test func keepsIndexesThatAreSettled() throws {
        let root = "/tmp/pfmfs-test-\(getpid())-devices"
        defer { _ = Child.run("rm", "-r", root) }
        func add(_ name: String, type: Int) {
            let path = "\(root)/sys/bus/event_source/devices/\(name)"
            #expect(Child.run("mkdir", "-p", path) == 0)
            #expect(Child.run("sh", "-c", "echo \(type) > \(path)/type") == 0)
        }
        add("power", type: 20)
        add("rapl", type: 21)
        let events = SysfsEvents(files: KernelFiles(root: root))
        #expect(events.device("rapl")?.index == 1)
        #expect(events.device(ofType: 21)?.name == "rapl")
        // What comes later stands behind, and a module that comes back has another number.
        add("amd_iommu", type: 22)
        #expect(events.device("amd_iommu")?.index == 2)
        #expect(events.device("power")?.index == 0)
        add("rapl", type: 30)
        add("power", type: 21)
        #expect(events.device(ofType: 21)?.name == "power")
        #expect(try events.device(at: 1).type() == 30)
    }

    @Test(
        arguments: [
            ("cpu/cpu-cycles/", 0x8001_0007_0053_003C, 0, "cpu/cpu-cycles/"),
            ("cpu/cpu-cycles", 0x8001_0007_0053_003C, 0, "cpu/cpu-cycles/"),
            ("cpu/event=0xc0,umask=1/u", 0x8001_0007_0059_01C0, 0, "cpu/config=0x1c0/u"),
            ("cpu/event=0xc0,umask=1/:k", 0x8001_0007_005A_01C0, 0, "cpu/config=0x1c0/k"),
            ("cpu/event=60/", 0x8001_0007_0053_003C, 0, "cpu/cpu-cycles/"),
            ("cpu/mem-loads/", 0x8001_0027_0053_01CD, 3, "cpu/mem-loads/"),
            (
                "cpu/mem-loads,ldlat=0x20/p", 0x8001_4027_0053_01CD, 0x20,
                "cpu/config=0x1cd,config1=0x20/p"
            ),
            (
                "cpu/event=0xc2,umask=1,cmask=16,inv/", 0x8001_0017_0053_0000, 0x1080_01C2,
                "cpu/config=0x108001c2/"
            ),
            ("cpu/event=1,acr_mask=0x5/", 0x8001_0037_0053_0001, 5, "cpu/config=0x1,config2=0x5/"),
            (
                "cpu/config=0x1b7,config1=0x3f803c0001/", 0x8001_0027_0053_01B7, 0x3F_803C_0001,
                "cpu/config=0x1b7,config1=0x3f803c0001/"
            ),
            ("power/energy-pkg/", 0x8003_0007_0053_0002, 0, "power/energy-pkg/"),
            // Bits of one value apart: umask 8-15 and 32-55.
            (
                "uncore_cha_0/event=0x35,umask=0xc001fe01/", 0x8006_0017_0053_0000,
                0x00C0_01FE_0000_0135,
                "uncore_cha_0/config=0xc001fe00000135/"
            ),
            (
                "uncore_cha_0/event=1,filter_opc=0xfff/", 0x8006_0027_0053_0001, 0x1_000F_FE00,
                "uncore_cha_0/config=0x1,config1=0x1000ffe00/"
            ),
            (
                "hv_gpci/timebase,partition_id=2/", 0x8002_0017_0053_0000, 0x2_0000_0010,
                "hv_gpci/config=0x200000010/"
            ),
        ] as [(String, UInt64, UInt64, String)]
    )
    func readsAndWrites(name: String, image: UInt64, operand: UInt64, canonical: String) throws {
        let selection = try #require(try events.resolve(name))
        #expect(selection == .generic(image, operand: operand))
        #expect(events.name(of: selection) == canonical)
        #expect(try events.resolve(canonical) == selection)
    }

    @Test(
        arguments: [
            ("cpu/nothing/", Errno.invalidArgument, "no event or word 'nothing'"),
            ("cpu//", .invalidArgument, "no event or word ''"),
            ("cpu/event=1,,umask=1/", .invalidArgument, "no event or word ''"),
            ("cpu/later=1/", .invalidArgument, "no event or word 'later'"),
            ("cpu/config9=1/", .invalidArgument, "no event or word 'config9'"),
            ("cpu/event=/", .invalidArgument, "'' is no number"),
            ("cpu/event=-1/", .invalidArgument, "'-1' is no number"),
            ("cpu/event=0x/", .invalidArgument, "'0x' is no number"),
            ("cpu/event=0x100/", .invalidArgument, "0x100 does not fit event, which has 8 bits"),
            ("cpu/inv=2/", .invalidArgument, "0x2 does not fit inv, which has 1 bits"),
            ("cpu/event=1/x", .invalidArgument, "'x' is no modifier"),
            ("hv_gpci/timebase/", .invalidArgument, "give a value to partition_id"),
            ("cpu/event=1,cmask=1,ldlat=3/", .notSupported, "needs config, config1"),
            ("cpu/ldlat=3,acr_mask=1/", .notSupported, "needs config, config1, config2"),
            ("uprobe/retprobe/", .notSupported, "takes a path or symbol"),
            ("software/config=2/", .notSupported, "not addressed by configuration words"),
            ("tracepoint/config=2/", .notSupported, "not addressed by configuration words"),
        ] as [(String, Errno, String)]
    )
    func refuses(name: String, code: Errno, part: String) throws {
        let error = try failure { () throws(PfmError) in try events.resolve(name) }
        #expect(error.code == code)
        #expect(error.message.contains(part), "\(error.message)")
    }

    @Test func refusesIndexesThatPointIntoMemory() throws {
        let uprobe = try failure { () throws(PfmError) in try events.device(at: 8).name }
        #expect(uprobe.code == .notSupported)
        let none = try failure { () throws(PfmError) in try events.device(at: 9).name }
        #expect(none.code == .invalidArgument)
        #expect(none.message.contains("there is no PMU 9; 9 are known"))
        let image = GenericLayout(.dynamic(pmu: 8, config: 1, operand: .config1)).image
        #expect(events.name(of: .generic(image, operand: 0x1000)) == nil)
    }

    @Test func isSilentAboutOtherNames() throws {
        for name in ["cycles", "nothing/tsc/", "mem:0x4000/8:w", "/tsc/", "../cpu/event=1/"] {
            #expect(try events.resolve(name) == nil, "\(name)")
        }
    }

    @Test func listsAndDescribes() throws {
        #expect(events.pmus() == ["cpu", "hv_gpci", "power", "uncore_cha_0", "uncore_cha_1"])
        #expect(events.eventNames(pmu: "power") == ["energy-pkg"])
        #expect(events.eventNames(pmu: "uprobe").isEmpty)
        let energy = try #require(events.describe(pmu: "power", event: "energy-pkg"))
        #expect(energy.name == "power/energy-pkg/")
        #expect(
            energy.text == "event=0x02; count times 2.3283064365386962890625e-10 is in Joules; "
                + "counts on CPUs 0,24 for all"
        )
        #expect(energy.selection == .generic(0x8003_0007_0053_0002, operand: 0))
        #expect(energy.modifiers.map(\.name) == ["event="])
        let timebase = try #require(events.describe(pmu: "hv_gpci", event: "timebase"))
        #expect(timebase.name == "hv_gpci/timebase,partition_id=?/")
        #expect(timebase.selection == nil)
    }

    @Test func suggestsNearNames() {
        #expect(
            events.namesNear("uncore_cha/clockticks/") == [
                "uncore_cha_0/clockticks/", "uncore_cha_1/clockticks/",
            ]
        )
        #expect(events.namesNear("energy-pkg") == ["power/energy-pkg/"])
        #expect(events.namesNear("nothing").isEmpty)
    }

    @Test(
        .enabled(
            if: SysfsEvents().device("msr")?.name != nil,
            "this kernel has no PMU named msr"
        )
    )
    func readsThisKernel() throws {
        let real = SysfsEvents()
        let device = try #require(real.device("msr"))
        let selection = try #require(try real.resolve("msr/tsc/"))
        let layout = try GenericLayout(selection: generic(selection).image)
        #expect(layout.event == .dynamic(pmu: device.index, config: 0, operand: .none))
        #expect(real.name(of: selection) == "msr/tsc/")
        #expect(try device.type() > 5)
    }
}
