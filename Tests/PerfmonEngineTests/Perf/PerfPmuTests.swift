import CPerfEvent
@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing
@testable import X86Pmu

/// The register view of the perf backend. Only the part without hardware is this machine's; the
/// rest is checked against the manuals' numbers.
@Suite
struct PerfPmuTests {
    @Test("without a hardware PMU there are 64 generic selectors with an operand each")
    func generic() throws {
        let pmu = PerfPmuDescription.describe(nil)
        #expect(pmu.counterWidth == 64)
        #expect(pmu.pmcs.map(\.number) == Array(0..<128))
        #expect(pmu.pmds.map(\.number) == Array(0..<64))
        #expect(pmu.namedCounters == Array(0..<64))
        let selector = try #require(pmu.pmc(63))
        #expect(selector.role == .selector(pmd: 63))
        #expect(selector.acceptsGeneric)
        #expect(selector.reservedMask == 0x7F00_0400_00A4_0000)
        #expect(try #require(pmu.pmc(127)).role == .operand)
    }

    @Test("Intel's registers keep their numbers; generic ones fill the others")
    func intel() throws {
        // Leaf 0xA of a Cascade Lake: version 4, four counters of 48 bits, three fixed.
        let hardware = try #require(X86Pmu.intel([0x0730_0404, 0, 0, 0x603]))
        #expect(hardware.counters == 4)
        #expect(hardware.fixedCounters == 3)
        let pmu = PerfPmuDescription.describe(hardware)
        #expect(pmu.counterWidth == 48)
        let selector = try #require(pmu.pmc(3))
        #expect(selector.name == "PERFEVTSEL3")
        #expect(selector.address == 0x189)
        #expect(selector.defaultValue == 0x100000)
        #expect(selector.reservedMask == 0xFFFF_FFFF_0030_0000)
        #expect(selector.acceptsGeneric)
        let fixed = try #require(pmu.pmc(16))
        #expect(fixed.role == .fixedControl(firstPmd: 16, count: 3))
        #expect(fixed.defaultValue == 0x888)
        #expect(fixed.reservedMask == 0xFFFF_FFFF_FFFF_FCCC)
        #expect(try #require(pmu.pmd(18)).address == 0x30B)
        #expect(try #require(pmu.pmd(2)).reservedMask == 0xFFFF_0000_0000_0000)
        #expect(pmu.pmc(17) == nil)
        #expect(try #require(pmu.pmc(4)).name == "GENERIC4")
        #expect(try #require(pmu.pmc(19)).role == .selector(pmd: 19))
        #expect(pmu.namedCounters == Array(0..<16) + Array(19..<64))
        #expect(Set(pmu.pmcs.map(\.number)).count == pmu.pmcs.count)
    }

    @Test("CPUs without counters, as this machine's own leaf says")
    func none() {
        #expect(X86Pmu.intel([0, 0, 0, 0]) == nil)
        #expect(X86Pmu.amd([0, 0, 0, 0]) == nil)
        let amd = X86Pmu.amd([0, 0, 1 << 23, 0]).map(PerfPmuDescription.describe)
        #expect(amd?.pmc(5)?.address == 0xC001_020A)
        #expect(amd?.pmd(5)?.address == 0xC001_020B)
        #expect(amd?.pmd(16)?.name == "COUNTER16")
    }

    @Test("native images lose what the kernel sets itself, and keep the rest")
    func nativeAttributes() throws {
        let attributes = PerfAttributes(
            devices: SysfsEvents(files: KernelFiles(root: "/nonexistent"))
        )
        // BR_INST_RETIRED.ALL_BRANCHES in user mode, with edge, INT, EN and CMASK 2.
        let programmable = try attributes.attributes(for: .programmable(0x2_55_00C4))
        #expect(programmable.type == PERF_TYPE_RAW.rawValue)
        #expect(programmable.config == 0x2_04_00C4)
        #expect(programmable.exclude_kernel == 1)
        #expect(programmable.exclude_user == 0)
        for (bits, host, guest) in [(1, 1, 0), (2, 0, 1), (3, 0, 0)] as [(UInt64, UInt64, UInt64)] {
            let attr = try attributes.attributes(for: .programmable(bits << 40 | 0x53_00C0))
            #expect(attr.config == 0xC0)
            #expect(attr.exclude_host == host)
            #expect(attr.exclude_guest == guest)
        }
        let fixed = try attributes.attributes(for: .fixed(index: 1, control: 0xB))
        #expect(fixed.config == 0x200)
        #expect(fixed.exclude_kernel == 0)
        #expect(throws: PfmError.self) {
            try attributes.attributes(for: .fixed(index: 1, control: 8))
        }
    }

    @Test("every class of the generic layout")
    func genericAttributes() throws {
        let attributes = PerfAttributes(devices: Fixture.devices("server"))
        func attr(_ selection: EventSelection) throws -> perf_event_attr {
            try attributes.attributes(for: selection)
        }
        #expect(try attr(Events.cycles).type == PERF_TYPE_HARDWARE.rawValue)
        #expect(try attr(Events.generic(4, 0x0123)).config == 0x01_02_03)
        let breakpoint = try attr(
            Events.generic(5, 1 << 36 | 2 << 40, operand: 0x4000, kernel: false)
        )
        #expect(breakpoint.type == PERF_TYPE_BREAKPOINT.rawValue)
        #expect(breakpoint.bp_type == 1)
        #expect(breakpoint.bp_len == 4)
        #expect(breakpoint.bp_addr == 0x4000)
        let index = try #require(attributes.devices.all.firstIndex { $0.name == "power" })
        let pmu = UInt64(index) << 48
        let dynamic = try attr(Events.generic(7, pmu | 2 << 36 | 5, operand: 99))
        #expect(try dynamic.type == attributes.devices.all[index].type())
        #expect(dynamic.config == 5)
        #expect(dynamic.config1 == 99)
        let wide = try attr(Events.generic(7, pmu | 1 << 36, operand: 1 << 40))
        #expect(wide.config == 1 << 40)
        #expect(wide.config1 == 0)
        #expect(try attr(Events.generic(7, pmu | 3 << 36, operand: 7)).config2 == 7)
        let precise = try attr(Events.generic(1, 0 | 2 << 46 | 1 << 44 | 1 << 43 | 1 << 19))
        #expect(precise.precise_ip == 2)
        #expect(precise.exclude_guest == 1)
        #expect(precise.exclude_idle == 1)
        #expect(precise.exclude_hv == 1)
        #expect(precise.exclude_host == 0)
    }
    /// A probe's words are addresses of strings, which the kernel would read from this process.
    @Test("no register reaches the PMUs that take addresses", arguments: ["uprobe", "software"])
    func unaddressable(name: String) throws {
        let attributes = PerfAttributes(devices: Fixture.devices("server"))
        let index = try #require(attributes.devices.all.firstIndex { $0.name == name })
        let selection = Events.generic(7, UInt64(index) << 48 | 2 << 36, operand: 0x1000)
        let error = try failure { () throws(PfmError) in
            try attributes.attributes(for: selection)
        }
        #expect(error.code == .notSupported)
        #expect(error.message.contains("PMU \(name)"))
    }
}
