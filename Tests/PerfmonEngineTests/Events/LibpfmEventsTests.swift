@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
import SystemPackage
import Testing

/// Whether libpfm4 is installed with the tables of x86.
private var isLibpfmUsable: Bool {
    let events = LibpfmEvents(layout: .native, devices: Fixture.devices("server"))
    return (try? events.resolve("skl::INST_RETIRED:ANY_P")) ?? nil != nil
}

/// Names of CPU models, by models that the library knows on any x86 machine.
@Suite(
    .serialized,
    .enabled(if: isLibpfmUsable, "libpfm4 is not installed, or not for x86")
)
struct LibpfmEventsTests {
    let native = LibpfmEvents(layout: .native, devices: Fixture.devices("server"))
    let general = LibpfmEvents(layout: .generic, devices: Fixture.devices("server"))

    @Test(
        arguments: [
            ("skl::INST_RETIRED:ANY_P", 0x53_00C0),
            ("skl::inst_retired.any_p:u", 0x51_00C0),
            ("skl::L1D:REPLACEMENT:k", 0x52_0151),
            ("skl::INST_RETIRED:c=1:i", 0x1D3_00C0),
            ("skl::BR_INST_RETIRED:ALL_BRANCHES:t=1", 0x73_00C4),
            ("amd64_fam19h_zen4::RETIRED_INSTRUCTIONS", 0x53_00C0),
        ] as [(String, UInt64)]
    )
    func encodesNativeImages(name: String, image: UInt64) throws {
        #expect(try native.resolve(name) == .programmable(image))
    }

    @Test func turnsFixedEventsIntoFixedCounters() throws {
        #expect(
            try native.resolve("skl::UNHALTED_REFERENCE_CYCLES:u") == .fixed(index: 2, control: 2)
        )
    }

    @Test(
        arguments: [
            ("skl::INST_RETIRED:ANY_P", 0x8001_0007_0053_00C0, 0),
            ("skl::L1D:REPLACEMENT:u", 0x8001_0007_0059_0151, 0),
            ("skl::INST_RETIRED:PREC_DIST:precise=2", 0x8001_8007_0053_01C0, 0),
            ("skl::L2_RQSTS:MISS:k:c=1:i", 0x8001_0017_005A_0000, 0x180_3F24),
            (
                "skl::OFFCORE_RESPONSE_0:DMND_DATA_RD:L3_HIT:SNP_ANY", 0x8001_0027_0053_01B7,
                0x3F_801C_0001
            ),
            ("skl::L1D:REPLACEMENT:mh", 0x8001_1007_0053_0151, 0),
            ("skl::INST_RETIRED:ANY_P:mg", 0x8001_2007_0053_00C0, 0),
            ("amd64_fam19h_zen4::RETIRED_INSTRUCTIONS:u", 0x8001_0007_0059_00C0, 0),
            ("amd64_fam19h_zen4::RETIRED_INSTRUCTIONS:u:h", 0x8001_0007_0051_00C0, 0),
        ] as [(String, UInt64, UInt64)]
    )
    func encodesForTheGenericLayout(name: String, image: UInt64, operand: UInt64) throws {
        #expect(try general.resolve(name) == .generic(image, operand: operand))
    }

    @Test(
        arguments: [
            ("skl::OFFCORE_RESPONSE_0", Errno.notSupported, "needs a second register"),
            ("skl::L1D:NOPE", .invalidArgument, "has no unit mask or modifier 'NOPE'"),
            ("skl::L1D:REPLACEMENT:c=300", .invalidArgument, "skl::L1D:REPLACEMENT:c=300"),
            ("skl::INST_RETIRED:precise=2", .invalidArgument, "modifier 'precise=2'"),
            ("skx_unc_cha0::UNC_C_CLOCKTICKS", .notSupported, "not supported"),
        ] as [(String, Errno, String)]
    )
    func refuses(name: String, code: Errno, part: String) throws {
        let error = try failure { () throws(PfmError) in try native.resolve(name) }
        #expect(error.code == code)
        #expect(error.message.contains(part), "\(error.message)")
        if name == "skl::L1D:NOPE" { #expect(error.hint.hasPrefix("it has REPLACEMENT")) }
    }

    /// Names with attributes of the kernel's interface are found by their event; what is wrong with
    /// them is said all the same.
    @Test(
        arguments: [
            ("skl::L1D:NOPE", Errno.invalidArgument, "has no unit mask or modifier 'NOPE'"),
            ("skl::L1D:REPLACEMENT:precise=2", .invalidArgument, "modifier 'precise=2'"),
            ("skl::INST_RETIRED:precise=9", .invalidArgument, "precise=9"),
            ("skl::CYCLE_ACTIVITY:u", .invalidArgument, "unit mask"),
        ] as [(String, Errno, String)]
    )
    func refusesInTheGenericLayout(name: String, code: Errno, part: String) throws {
        let error = try failure { () throws(PfmError) in try general.resolve(name) }
        #expect(error.code == code)
        #expect(error.message.contains(part), "\(error.message)")
    }

    #if arch(x86_64)
        @Test func countsInNoHypervisor() throws {
            let error = try failure { () throws(PfmError) in
                try general.resolve("amd64_fam19h_zen4::RETIRED_INSTRUCTIONS:h")
            }
            #expect(error.code == .notSupported)
        }
    #endif

    /// An event that needs a unit mask is not listed without one.
    @Test(arguments: ["skl", "amd64_fam19h_zen4"])
    func listedNamesResolve(pmu: String) throws {
        let names = native.eventNames(pmu: pmu)
        #expect(names.count > 100)
        for name in names {
            for events in [native, general] {
                do throws(PfmError) {
                    _ = try events.resolve("\(pmu)::\(name)")
                } catch {
                    // Only the need of a second register may stand in the way.
                    #expect(error.code == .notSupported, "\(error.message)")
                    #expect(error.message.contains("needs"), "\(error.message)")
                }
            }
        }
    }

    @Test func refusesWhatBelongsToRegisters() throws {
        for name in ["skl::INST_RETIRED:period=100", "skl::INST_RETIRED:excl"] {
            let error = try failure { () throws(PfmError) in try general.resolve(name) }
            #expect(error.code == .invalidArgument)
            #expect(error.message.contains("not part of an event here"), "\(error.message)")
        }
    }

    @Test func isSilentAboutOtherNames() throws {
        for name in [
            "cycles", "page-faults", "sched:sched_switch", "msr/tsc/", "r1c0", "",
            "nomodel::INST_RETIRED", "skl::", "skl::NO_SUCH_EVENT", "L1D\0",
        ] {
            #expect(try native.resolve(name) == nil, "\(name)")
        }
    }

    @Test func listsAndDescribes() throws {
        let names = native.eventNames(pmu: "skl")
        #expect(names.contains("L1D"))
        #expect(names.contains("L1D:REPLACEMENT"))
        let mask = try #require(native.describe(pmu: "skl", event: "L1D:REPLACEMENT"))
        #expect(mask.selection == .programmable(0x53_0151))
        #expect(mask.text.hasPrefix("L1D cache: "))
        #expect(mask.modifiers.map(\.name).contains("c"))
        #expect(native.describe(pmu: "skl", event: "NOPE") == nil)
        #expect(native.describe(pmu: "nomodel", event: "L1D") == nil)
        #expect(!native.listed(pmu: "skl", event: "L1D:REPLACEMENT").text.isEmpty)
        // A model of another machine can be named, but is not listed.
        #expect(!native.pmus().contains("skl") || !native.pmus().contains("amd64_fam19h_zen4"))
    }

    /// Every event of the machine's own model is found again by its image.
    @Test(
        .enabled(
            if: !LibpfmEvents(layout: .native, devices: Fixture.devices("server")).pmus().isEmpty,
            "libpfm4 does not know this machine's CPU"
        )
    )
    func namesImagesOfThisMachine() throws {
        var images = 0
        for pmu in native.pmus() {
            for name in native.eventNames(pmu: pmu) {
                guard let selection = try? native.resolve(name + ":u"),
                    case .programmable = selection, let found = native.name(of: selection)
                else { continue }
                // Several names may share an image, which the name that is found must have.
                #expect(try native.resolve(found) == selection, "\(name) -> \(found)")
                images += 1
            }
        }
        #expect(images > 10)
    }

    @Test func suggestsNearNames() throws {
        let pmu = try #require(native.pmus().first)
        let name = try #require(
            native.eventNames(pmu: pmu).first { $0.count > 8 && !$0.contains(":") }
        )
        #expect(native.namesNear(name + "X").contains(name))
    }
}

@Suite struct LibpfmAbsenceTests {
    @Test func isEmptyWithoutTheLibrary() throws {
        let events = LibpfmEvents(
            path: "/nonexistent/libpfm.so.4",
            layout: .native,
            devices: Fixture.devices("server")
        )
        #expect(try events.resolve("skl::L1D:REPLACEMENT") == nil)
        #expect(events.pmus().isEmpty)
        #expect(events.eventNames(pmu: "skl").isEmpty)
        #expect(events.describe(pmu: "skl", event: "L1D") == nil)
        #expect(events.name(of: .programmable(0x53_00C0)) == nil)
        #expect(events.namesNear("INST_RETIRED").isEmpty)
        #expect(events.reasonMissing("INST_RETIRED:ANY_P")?.contains("cannot be loaded") == true)
        #expect(events.reasonMissing("cylces") == nil)
        #expect(events.reasonMissing("L1-dcache-lods") == nil)
    }

    @Test func isEmptyWithoutCounters() throws {
        let events = LibpfmEvents(layout: .generic, devices: Fixture.devices("guest"))
        #expect(try events.resolve("skl::L1D:REPLACEMENT") == nil)
        #expect(events.reasonMissing("skl::L1D")?.contains("does not have") == true)
    }
}
