@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
import SystemPackage
import Testing

@Suite struct GenericLayoutTests {
    /// One layout of every class, with fields away from their defaults.
    static let samples: [GenericLayout] = {
        var cycles = GenericLayout(.hardware(0))
        cycles.precision = 2
        cycles.excludesGuest = true
        var userCycles = GenericLayout(.hardware(9))
        userCycles.kernel = false
        userCycles.excludesHypervisor = true
        userCycles.excludesIdle = true
        var faults = GenericLayout(.software(2))
        faults.user = false
        var halted = GenericLayout(.tracepoint(0xFFFF))
        halted.isEnabled = false
        halted.interrupts = false
        var device = GenericLayout(.dynamic(pmu: 0xFF, config: 0xABCD, operand: .config2))
        device.excludesHost = true
        return [
            cycles, userCycles, faults, halted, device,
            GenericLayout(.cache(CacheEvent(.node, .prefetch, .miss))),
            GenericLayout(.breakpoint(access: .execute, length: 8)),
            GenericLayout(.breakpoint(access: [.read, .write], length: 2)),
            GenericLayout(.uprobe(path: 0xFE, isReturn: true)),
            GenericLayout(.dynamic(pmu: 3, config: 0, operand: .config)),
            GenericLayout(.dynamic(pmu: 0, config: 1, operand: .none)),
        ]
    }()

    @Test(
        arguments: [
            (GenericLayout(.software(2)), 0x8000_0002_0053_0002),
            (GenericLayout(.hardware(1)), 0x8000_0001_0053_0001),
            (GenericLayout(.tracepoint(372)), 0x8000_0003_0053_0174),
            (GenericLayout(.cache(CacheEvent(.dataTLB, .store, .miss))), 0x8000_0004_0053_0113),
            (GenericLayout(.breakpoint(access: .write, length: 8)), 0x8000_0325_0053_0000),
            (GenericLayout(.uprobe(path: 4, isReturn: true)), 0x8000_0016_0053_0004),
            (GenericLayout(.dynamic(pmu: 1, config: 2, operand: .config1)), 0x8001_0027_0053_0002),
        ] as [(GenericLayout, UInt64)]
    )
    func hasTheDocumentedBits(layout: GenericLayout, image: UInt64) throws {
        #expect(layout.image == image)
        #expect(try GenericLayout(selection: image) == layout)
    }

    @Test func decodesWhatItEncodes() throws {
        for layout in Self.samples {
            #expect(try GenericLayout(selection: layout.image) == layout)
            var register = layout
            if GenericLayout.needsOperand(layout.image) { register.operandRegister = 97 }
            #expect(try GenericLayout(register: register.image) == register)
        }
    }

    /// Whatever is accepted is encoded to the same bits: no bit is ever dropped in silence.
    @Test func acceptsNoBitItDoesNotKnow() {
        var accepted = 0
        for layout in Self.samples {
            for bit in UInt64(0)..<64 {
                let image = layout.image ^ 1 << bit
                guard let decoded = try? GenericLayout(selection: image) else { continue }
                #expect(decoded.image == image)
                #expect(image & (GenericLayout.reservedBits | 0xFF << 24) == 0)
                accepted += 1
            }
        }
        #expect(accepted > 150)
    }

    /// Every combination of the filters, against the rules in words.
    @Test(
        arguments: [
            GenericLayout(.hardware(1)), GenericLayout(.software(2)),
            GenericLayout(.dynamic(pmu: 3, config: 0, operand: .config)),
        ]
    )
    func acceptsFiltersThatMeanSomething(layout: GenericLayout) {
        // USR, OS, hypervisor; idle, guest, host and two bits of precision; EN stays.
        let filters: [UInt64] = [16, 17, 19, 43, 44, 45, 46, 47]
        let bare = layout.image & ~filters.reduce(0) { $0 | 1 << $1 }
        let isSoftware = layout.event == .software(2)
        for combination in 0..<1 << filters.count {
            let image = filters.indices.reduce(bare) {
                $0 | UInt64(combination >> $1 & 1) << filters[$1]
            }
            let has = { (bit: UInt64) in image >> bit & 1 != 0 }
            let countsSomewhere = has(16) || has(17) || !isSoftware && !has(19)
            let filtersHardware = filters.dropFirst(2).contains(where: has)
            let isFine =
                countsSomewhere && !(has(44) && has(45)) && !(isSoftware && filtersHardware)
            let decoded = try? GenericLayout(selection: image)
            #expect(decoded?.image == (isFine ? image : nil), "\(String(image, radix: 16))")
        }
    }

    /// Values of the low bits that are accepted, of all there are.
    @Test(
        arguments: [
            (.hardware, 10), (.software, 12), (.cache, 7 * 3 * 2), (.tracepoint, 1 << 16),
        ] as [(GenericLayout.Class, Int)]
    )
    func acceptsTheNumbersOfEvents(eventClass: GenericLayout.Class, count: Int) {
        let bare = GenericLayout(.tracepoint(0)).image & ~(0xF << 32)
        let image = bare | UInt64(eventClass.rawValue) << 32
        // Tracepoints have no wrong numbers, so a sample of them will do.
        let step = eventClass == .tracepoint ? 251 : 1
        var accepted = 0
        for number in stride(from: UInt64(0), to: 1 << 13, by: step) {
            guard let decoded = try? GenericLayout(selection: image | number) else { continue }
            #expect(decoded.image == image | number)
            accepted += 1
        }
        #expect(accepted == (eventClass == .tracepoint ? (1 << 13 - 1) / step + 1 : count))
    }

    @Test(
        arguments: [
            (0x0000_0002_0053_0002, "bit 63 (generic layout) must be set"),
            (0xC000_0002_0053_0002, "bits 62:56 must be zero"),
            (0x8000_0002_00D3_0002, "bit 23 must be zero"),
            (0x8000_0002_0073_0002, "bit 21 must be zero"),
            (0x8000_0002_0057_0002, "bit 18 must be zero"),
            (0x8000_0402_0053_0002, "bit 42 must be zero"),
            (0x8000_0000_0053_0002, "bits 35:32 (class) are 0"),
            (0x8000_0008_0053_0002, "bits 35:32 (class) are 8"),
            (0x8000_0002_0053_000C, "bits 15:0 are 12, software events are 0 to 11"),
            (0x8000_0001_0053_000A, "bits 15:0 are 10, hardware events are 0 to 9"),
            (0x8000_0004_0053_0007, "bits 15:0 name no cache event"),
            (0x8000_0004_0053_1000, "bits 15:0 name no cache event"),
            (0x8001_0002_0053_0002, "bits 55:48 must be zero (PMU index, not for SOFTWARE)"),
            (
                0x8000_0102_0053_0002,
                "bits 41:40 must be zero (breakpoint length, not for SOFTWARE)"
            ),
            (0x8000_0012_0053_0002, "bits 39:36 must be zero (no meaning for SOFTWARE)"),
            (0x8000_0002_005B_0002, "bit 19 must be zero (hypervisor filter, not for SOFTWARE)"),
            (
                0x8000_0802_0053_0002,
                "bits 45:43 must be zero (idle and guest filters, not for SOFTWARE)"
            ),
            (0x8000_4002_0053_0002, "bits 47:46 must be zero (precision, not for SOFTWARE)"),
            (0x8000_0002_0050_0002, "bit 16 (USR) or bit 17 (OS) must be set"),
            (0x8000_0002_0051_0003, "bit 17 (OS) must be set: context-switches"),
            (0x8000_3001_0053_0000, "bits 45:44 exclude both guests and the host"),
            (0x8000_0001_0058_0000, "bit 16 (USR) or bit 17 (OS) must be set, or bit 19 clear"),
            (0x8000_0305_4053_0000, "bits 39:36 (access) are 0"),
            (0x8000_0355_4053_0000, "bits 39:36 (access) are 5"),
            (0x8000_0245_4053_0000, "bits 41:40 (length) must be 3 for executions"),
            (0x8000_0325_4053_0001, "bits 15:0 must be zero (no meaning for BREAKPOINT)"),
            (
                0x8000_0325_0053_0000,
                "bits 31:24 must name the register with the operand of BREAKPOINT"
            ),
            (0x8000_0002_4053_0002, "bits 31:24 must be zero (this event has no operand)"),
            (0x8001_0047_4053_0000, "bits 39:36 (operand) are 4"),
            (0x8001_0017_4053_0001, "bits 15:0 must be zero (the operand holds all of config)"),
            (0x8000_0006_4053_0100, "bits 15:8 must be zero (no meaning for UPROBE)"),
        ] as [(UInt64, String)]
    )
    func namesTheWrongBits(image: UInt64, problem: String) throws {
        let error = try failure { () throws(PfmError) in try GenericLayout(register: image) }
        #expect(error.code == .invalidArgument)
        #expect(error.message.contains(problem), "\(error.message)")
        #expect(error.message.hasPrefix("0x\(String(image, radix: 16)): "))
    }

    @Test func namesEveryWrongBit() throws {
        let error = try failure { () throws(PfmError) in
            try GenericLayout(register: 0xC000_0102_01D3_0002)
        }
        for problem in ["bits 62:56", "bit 23", "bits 41:40", "bits 31:24"] {
            #expect(error.message.contains(problem), "\(error.message)")
        }
    }

    @Test func selectionNamesNoRegister() throws {
        let watch = GenericLayout(.breakpoint(access: .write, length: 4)).image
        let register = GenericLayout.registerImage(watch, operandRegister: 65)
        #expect(register == watch | 65 << 24)
        #expect(GenericLayout.operandRegister(in: register) == 65)
        #expect(GenericLayout.selectionImage(register) == watch)
        let error = try failure { () throws(PfmError) in try GenericLayout(selection: register) }
        #expect(error.message.contains("bits 31:24 must be zero (no register is named here)"))
        // A counter of a tracepoint never shows an operand, whatever its register holds.
        let tracepoint = GenericLayout(.tracepoint(5)).image
        #expect(GenericLayout.registerImage(tracepoint, operandRegister: 65) == tracepoint)
        // PERFEVTSEL has other meanings there: a counter mask.
        #expect(GenericLayout.selectionImage(0x0153_00C0) == 0x0153_00C0)
        #expect(!GenericLayout.needsOperand(0x0153_00C0))
    }

    @Test func operandsBelongToSomeClassesOnly() {
        for layout in Self.samples {
            let expected =
                switch layout.event {
                case .breakpoint, .uprobe: true
                case .dynamic(_, _, let operand): operand != .none
                default: false
                }
            #expect(GenericLayout.needsOperand(layout.image) == expected)
        }
    }
}
