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
    /// Registers of the generic layout, written as a user of the registers would.
    @Suite struct PerfRegisterTests {
        /// A breakpoint on writes of 8 bytes; bits 31:24 name the register with the address.
        private func breakpoint(_ register: Int) -> UInt64 {
            GenericLayout(.breakpoint(access: .write, length: 8)).image | UInt64(register) << 24
        }

        @Test func anEventWithAnOperandNamesItsRegister() throws {
            let engine = Engine(backend: try PerfBackend())
            let context = try engine.createContext("r", by: Client(uid: 0, gid: 0, tid: 1))
            let operand = try #require(engine.pmu.pmcs.first { $0.role == .operand }).number
            let selector = try #require(
                engine.pmu.pmcs.first { $0.acceptsGeneric && $0.role == .selector(pmd: $0.number) }
            ).number
            func write(_ value: UInt64) -> Errno? {
                refusal { () throws(PfmError) in
                    try context.writePmc(selector, set: 0, value: value)
                }
            }
            #expect(write(breakpoint(0)) == .invalidArgument, "PMC 0 is not an operand")
            #expect(write(breakpoint(selector)) == .invalidArgument || selector == 0)
            try context.writePmc(operand, set: 0, value: 0x1000)
            #expect(write(breakpoint(operand)) == nil)
            #expect(
                context.selection(ofPmd: selector, in: context.sets[0])
                    == .generic(breakpoint(0), operand: 0x1000)
            )
        }

        @Test func anEventWithoutAnOperandHasNone() throws {
            let engine = Engine(backend: try PerfBackend.ofThisMachine())
            let context = try engine.createContext("r", by: Client(uid: 0, gid: 0, tid: 1))
            try context.setEvents(["page-faults"], set: 0)
            let set = context.sets[0]
            guard case .generic(_, let operand)? = context.selection(ofPmd: 0, in: set) else {
                // A native counter comes first on this machine, and it counts no faults.
                return
            }
            #expect(operand == 0, "not the value of PMC 0")
        }
    }
}
