@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
import SystemPackage
import Testing

@Suite struct RawEventsTests {
    let native = RawEvents(devices: Fixture.devices("server"), layout: .native)
    let general = RawEvents(devices: Fixture.devices("server"), layout: .generic)

    @Test(
        arguments: [
            ("r1c0", 0x53_01C0, "r1c0"),
            ("r01c0:u", 0x51_01C0, "r1c0:u"),
            ("r412e:k", 0x52_412E, "r412e:k"),
            ("r412e:uk", 0x53_412E, "r412e"),
            ("r108001c2", 0x10D3_01C2, "r108001c2"),
            // Whole images carry their filter, and letters are stronger.
            ("r5300c0", 0x53_00C0, "rc0"),
            ("r5100c0", 0x51_00C0, "rc0:u"),
            ("r5100c0:k", 0x52_00C0, "rc0:k"),
            ("r1000000c0", 0x1_0053_00C0, "r1000000c0"),
        ] as [(String, UInt64, String)]
    )
    func readsNativeImages(name: String, image: UInt64, canonical: String) throws {
        let selection = try #require(try native.resolve(name))
        #expect(selection == .programmable(image))
        #expect(native.name(of: selection) == canonical)
        #expect(try native.resolve(canonical) == selection)
    }

    @Test(
        arguments: [
            ("r1c0", 0x8001_0007_0053_01C0, 0),
            ("r1c0:u", 0x8001_0007_0059_01C0, 0),
            ("r1c0:p", 0x8001_4007_0053_01C0, 0),
            ("r108001c2", 0x8001_0017_0053_0000, 0x1080_01C2),
        ] as [(String, UInt64, UInt64)]
    )
    func usesTheCorePmuInTheGenericLayout(name: String, image: UInt64, operand: UInt64) throws {
        #expect(try general.resolve(name) == .generic(image, operand: operand))
    }

    @Test(
        arguments: [
            ("r100c0", Errno.invalidArgument, "bits 16, 17 and 20"),
            ("r1c0:p", .notSupported, "modifiers u and k only"),
            ("r1c0:x", .invalidArgument, "'x' is not a modifier"),
            ("r1c0:", .invalidArgument, "no modifier stands"),
            ("r8000000200530002", .invalidArgument, "bit 63"),
        ] as [(String, Errno, String)]
    )
    func refuses(name: String, code: Errno, part: String) throws {
        let error = try failure { () throws(PfmError) in try native.resolve(name) }
        #expect(error.code == code)
        #expect(error.message.contains(part), "\(error.message)")
    }

    @Test func isSilentAboutOtherNames() throws {
        for name in [
            "r", "ref-cycles", "r1g", "rr1", "R1c0", "rcu:rcu_utilization",
            "r11111111111111111",
        ] {
            #expect(try native.resolve(name) == nil, "\(name)")
        }
        #expect(native.name(of: .generic(0x8000_0002_0053_0002, operand: 0)) == nil)
        #expect(native.name(of: .programmable(0x40_00C0)) == nil)
    }

    @Test func needsACorePmu() throws {
        let guest = RawEvents(devices: Fixture.devices("guest"), layout: .generic)
        #expect(guest.pmus().isEmpty)
        let error = try failure { () throws(PfmError) in try guest.resolve("r1c0") }
        #expect(error.code == .notSupported)
        #expect(general.pmus() == ["raw"])
    }
}
