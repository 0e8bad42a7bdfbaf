package import PerfmonModel
internal import SystemPackage

extension GenericLayout {
    /// Reads the value of a control register.
    ///
    /// - Throws: EINVAL naming every bit that is wrong, and why. Whether the kernel has the event
    ///   is not checked here.
    package init(register image: UInt64) throws(PfmError) {
        try self.init(image, operandIsNamed: true)
    }

    /// Reads the image of an `EventSelection`, in which no operand register is named.
    ///
    /// - Throws: EINVAL naming every bit that is wrong, and why.
    package init(selection image: UInt64) throws(PfmError) {
        try self.init(image, operandIsNamed: false)
    }

    private init(_ image: UInt64, operandIsNamed: Bool) throws(PfmError) {
        var check = BitCheck(image)
        check.require(image & SelectorBits.generic != 0, "bit 63 (generic layout) must be set")
        check.zero(56...62)
        check.zero(23...23)
        check.zero(21...21)
        check.zero(18...18)
        check.zero(42...42)

        let classField = check.field(32...35)
        guard let eventClass = Class(rawValue: UInt8(classField)) else {
            check.problems.append("bits 35:32 (class) are \(classField), known are 1 to 7")
            throw check.error
        }
        let event = Self.event(eventClass, &check)
        check.checkOperand(of: eventClass, image, isNamed: operandIsNamed)
        check.checkFilters(of: eventClass)
        if case .software(let id) = event, let row = SoftwareEvent(number: id) {
            check.checkPrivilege(of: row)
        }
        guard let event, check.problems.isEmpty else { throw check.error }

        self.init(event)
        user = image & SelectorBits.user != 0
        kernel = image & SelectorBits.kernel != 0
        excludesHypervisor = image & Bits.excludesHypervisor != 0
        interrupts = image & SelectorBits.interrupt != 0
        isEnabled = image & SelectorBits.enable != 0
        operandRegister = Self.operandRegister(in: image)
        excludesIdle = image & Bits.excludesIdle != 0
        excludesGuest = image & Bits.excludesGuest != 0
        excludesHost = image & Bits.excludesHost != 0
        precision = Int(check.field(46...47))
    }

    /// Reads the bits that belong to a class; nil, with a problem noted, when they make no event.
    private static func event(_ eventClass: Class, _ check: inout BitCheck) -> Event? {
        let config = UInt16(check.field(0...15))
        let detail = UInt8(check.field(36...39))
        let lengthCode = check.field(40...41)
        if eventClass != .dynamic { check.zero(48...55, "PMU index", of: eventClass) }
        if eventClass != .breakpoint { check.zero(40...41, "breakpoint length", of: eventClass) }

        switch eventClass {
        case .hardware:
            check.zero(36...39, of: eventClass)
            guard HardwareEvent(number: config) != nil else {
                let last = HardwareEvent.all.count - 1
                return check.fail("bits 15:0 are \(config), hardware events are 0 to \(last)")
            }
            return .hardware(config)
        case .software:
            check.zero(36...39, of: eventClass)
            guard SoftwareEvent(number: config) != nil else {
                let last = SoftwareEvent.all.count - 1
                return check.fail("bits 15:0 are \(config), software events are 0 to \(last)")
            }
            return .software(config)
        case .tracepoint:
            check.zero(36...39, of: eventClass)
            return .tracepoint(config)
        case .cache:
            check.zero(36...39, of: eventClass)
            guard let event = CacheEvent(field: config) else {
                return check.fail(
                    "bits 15:0 name no cache event "
                        + "(3:0 cache 0 to 6, 7:4 operation 0 to 2, 11:8 result 0 or 1)"
                )
            }
            return .cache(event)
        case .breakpoint:
            check.zero(0...15, of: eventClass)
            guard [1, 2, 3, 4].contains(detail) else {
                return check.fail(
                    "bits 39:36 (access) are \(detail), accepted are 1 read, 2 write, 3 both, "
                        + "4 execute"
                )
            }
            check.require(
                detail != 4 || lengthCode == 3,
                "bits 41:40 (length) must be 3 for executions"
            )
            return .breakpoint(
                access: BreakpointAccess(rawValue: detail),
                length: 1 << Int(lengthCode)
            )
        case .uprobe:
            check.zero(8...15, of: eventClass)
            check.zero(37...39, of: eventClass)
            return .uprobe(path: UInt8(truncatingIfNeeded: config), isReturn: detail & 1 != 0)
        case .dynamic:
            guard let operand = OperandUse(rawValue: detail) else {
                return check.fail(
                    "bits 39:36 (operand) are \(detail), accepted are 0 none, 1 config, "
                        + "2 config1, 3 config2"
                )
            }
            if operand == .config { check.zero(0...15, "the operand holds all of config") }
            return .dynamic(pmu: Int(check.field(48...55)), config: config, operand: operand)
        }
    }
}

/// A 64-bit value under inspection, and what was found wrong with it.
private struct BitCheck {
    let image: UInt64
    var problems: [String] = []

    init(_ image: UInt64) {
        self.image = image
    }

    var error: PfmError {
        PfmError(
            .invalidArgument,
            "0x\(String(image, radix: 16)): " + problems.joined(separator: "; "),
            remedy: .nameEvent
        )
    }

    func field(_ bits: ClosedRange<Int>) -> UInt64 {
        image >> UInt64(bits.lowerBound) & (1 << UInt64(bits.count) - 1)
    }

    mutating func require(_ condition: Bool, _ problem: String) {
        if !condition { problems.append(problem) }
    }

    /// Notes a problem that leaves nothing to return.
    mutating func fail(_ problem: String) -> GenericLayout.Event? {
        problems.append(problem)
        return nil
    }

    mutating func zero(_ bits: ClosedRange<Int>, _ what: String = "") {
        guard field(bits) != 0 else { return }
        let place =
            bits.count == 1
            ? "bit \(bits.lowerBound)" : "bits \(bits.upperBound):\(bits.lowerBound)"
        problems.append("\(place) must be zero" + (what.isEmpty ? "" : " (\(what))"))
    }

    mutating func zero(
        _ bits: ClosedRange<Int>,
        _ what: String = "",
        of eventClass: GenericLayout.Class
    ) {
        zero(
            bits,
            what.isEmpty
                ? "no meaning for \(eventClass.word)" : what + ", not for " + eventClass.word
        )
    }

    mutating func checkOperand(of eventClass: GenericLayout.Class, _ image: UInt64, isNamed: Bool) {
        if !isNamed || !GenericLayout.needsOperand(image) {
            zero(24...31, isNamed ? "this event has no operand" : "no register is named here")
        } else if field(24...31) == 0 {
            problems.append(
                "bits 31:24 must name the register with the operand of \(eventClass.word)"
            )
        }
    }

    mutating func checkFilters(of eventClass: GenericLayout.Class) {
        if !eventClass.countsInHardware {
            zero(19...19, "hypervisor filter", of: eventClass)
            zero(43...45, "idle and guest filters", of: eventClass)
            zero(46...47, "precision", of: eventClass)
            require(field(16...17) != 0, "bit 16 (USR) or bit 17 (OS) must be set")
        } else {
            require(
                field(16...17) != 0 || field(19...19) == 0,
                "bit 16 (USR) or bit 17 (OS) must be set, or bit 19 clear"
            )
            require(field(44...45) != 3, "bits 45:44 exclude both guests and the host")
        }
    }

    mutating func checkPrivilege(of event: SoftwareEvent) {
        require(
            event.filter != .kernelOnly || field(17...17) != 0,
            "bit 17 (OS) must be set: \(event.name) happens in the kernel only, "
                + "so the count would always be 0"
        )
    }
}
