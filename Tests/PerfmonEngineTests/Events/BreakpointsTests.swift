@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
import SystemPackage
import Testing

@Suite struct BreakpointsTests {
    let breakpoints = Breakpoints()

    @Test(
        arguments: [
            ("mem:0x4000", 0x8000_0235_0053_0000, 0x4000, "mem:0x4000:rw"),
            ("mem:0x4000:w", 0x8000_0225_0053_0000, 0x4000, "mem:0x4000:w"),
            ("mem:16384/8:wr", 0x8000_0335_0053_0000, 0x4000, "mem:0x4000/8:rw"),
            ("mem:0x4001/1:w", 0x8000_0025_0053_0000, 0x4001, "mem:0x4001/1:w"),
            ("mem:0x4002/2:rw", 0x8000_0135_0053_0000, 0x4002, "mem:0x4002/2:rw"),
            ("mem:0x4001:x", 0x8000_0345_0053_0000, 0x4001, "mem:0x4001:x"),
            ("mem:0x4000/8:x", 0x8000_0345_0053_0000, 0x4000, "mem:0x4000:x"),
            ("mem:0x4000:u", 0x8000_0235_0051_0000, 0x4000, "mem:0x4000:rw:u"),
            (
                "mem:0xffffffff81000000/8:w:k", 0x8000_0325_0052_0000, 0xFFFF_FFFF_8100_0000,
                "mem:0xffffffff81000000/8:w:k"
            ),
            ("mem:0:w", 0x8000_0225_0053_0000, 0, "mem:0x0:w"),
        ] as [(String, UInt64, UInt64, String)]
    )
    func readsAndWrites(name: String, image: UInt64, address: UInt64, canonical: String) throws {
        let selection = try #require(try breakpoints.resolve(name))
        #expect(selection == .generic(image, operand: address))
        #expect(breakpoints.name(of: selection) == canonical)
        #expect(try breakpoints.resolve(canonical) == selection)
    }

    @Test(
        arguments: [
            ("mem:", "a breakpoint is written"),
            ("mem:start:w", "a breakpoint is written"),
            ("mem:-1:w", "a breakpoint is written"),
            ("mem:0x:w", "a breakpoint is written"),
            ("mem:0x10000000000000000:w", "a breakpoint is written"),
            ("mem:0x4000:w:u:k", "a breakpoint is written"),
            ("mem:0x4000/4/4:w", "a breakpoint is written"),
            ("mem:0x4000/3:w", "the length is 1, 2, 4 or 8"),
            ("mem:0x4000/:w", "the length is 1, 2, 4 or 8"),
            ("mem:0x4000/16:w", "the length is 1, 2, 4 or 8"),
            ("mem:0x4000/4:x", "has the length 8"),
            ("mem:0x4000:rx", "'rx' is not an access"),
            ("mem:0x4000:q", "'q' is not a modifier"),
            ("mem:0x4000::u", "'' is not an access"),
            ("mem:0x4000:w:", "no modifier stands"),
            ("mem:0x4000:w:p", "only hardware events"),
        ] as [(String, String)]
    )
    func refuses(name: String, part: String) throws {
        let error = try failure { () throws(PfmError) in try breakpoints.resolve(name) }
        #expect(error.code == .invalidArgument)
        #expect(error.message.contains(part), "\(error.message)")
    }

    #if arch(x86_64)
        @Test func knowsTheProcessor() throws {
            let odd = try failure { () throws(PfmError) in
                try breakpoints.resolve("mem:0x4002/4:w")
            }
            #expect(odd.code == .invalidArgument)
            #expect(odd.message.contains("multiple of the length 4"))
            let reads = try failure { () throws(PfmError) in try breakpoints.resolve("mem:0x4000:r")
            }
            #expect(reads.code == .notSupported)
        }
    #endif

    @Test func describesItsForm() throws {
        #expect(breakpoints.pmus() == ["breakpoint"])
        #expect(breakpoints.eventNames(pmu: "breakpoint") == ["mem"])
        let description = try #require(breakpoints.describe(pmu: "breakpoint", event: "mem"))
        #expect(description.name == "mem:ADDRESS[/LENGTH][:ACCESS]")
        #expect(description.selection == nil)
        #expect(try breakpoints.resolve("memory") == nil)
    }
}
