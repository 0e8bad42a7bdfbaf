package import PerfmonModel
internal import SystemPackage

/// Events of the CPU's PMU by their code, as perf has them: `r01c0`, `r5300c0`, `r412e:u`.
package final class RawEvents: EventSource {
    /// How the CPU's events are encoded.
    package enum Layout: Sendable {
        /// PERFEVTSEL images, for registers that keep the hardware's own layout.
        case native
        /// The generic layout, class DYNAMIC.
        case generic
    }

    private let devices: SysfsEvents
    private let layout: Layout

    package init(devices: SysfsEvents, layout: Layout) {
        self.devices = devices
        self.layout = layout
    }

    /// Bits of PERFEVTSEL that are not part of an event's code.
    private static let control =
        SelectorBits.user | SelectorBits.kernel | SelectorBits.interrupt | SelectorBits.enable

    package func pmus() -> [String] {
        layout == .native || devices.hasCorePmu ? ["raw"] : []
    }

    package func eventNames(pmu: String) -> [String] {
        pmu == "raw" ? ["rCODE"] : []
    }

    package func describe(pmu: String, event: String) -> EventDescription? {
        guard pmu == "raw", event == "rCODE" else { return nil }
        return EventDescription(
            pmu: pmu,
            name: "rCODE",
            text: "event of the CPU by its hexadecimal code, or by a PERFEVTSEL image with EN set",
            selection: nil,
            modifiers: layout == .generic
                ? EventModifiers.hardware
                : [("u", "in user mode only"), ("k", "in kernel mode only")]
        )
    }

    /// The code in a name of the form `rCODE`; nil when it is not of this form.
    static func code(in name: some StringProtocol) -> UInt64? {
        let base = name.prefix { $0 != ":" }
        guard base.first == "r", base.count > 1, base.dropFirst().allSatisfy(\.isHexDigit) else {
            return nil
        }
        return UInt64(base.dropFirst(), radix: 16)
    }

    package func resolve(_ name: String) throws(PfmError) -> EventSelection? {
        guard let given = Self.code(in: name) else { return nil }
        guard given & SelectorBits.generic == 0 else {
            throw PfmError(
                .invalidArgument,
                "\(name): bit 63 of a code must be zero",
                hint: "values in the generic layout go to pmcN",
                subject: name
            )
        }
        let colon = name.firstIndex(of: ":")
        var modifiers = try EventModifiers(
            colon.map { name[$0...].dropFirst() },
            of: name
        )
        var code = given
        if layout == .native, given & SelectorBits.enable != 0 {
            // A whole image carries its filter; letters are stronger.
            code = given & ~Self.control
            if !modifiers.namesMode {
                modifiers.user = given & SelectorBits.user != 0
                modifiers.kernel = given & SelectorBits.kernel != 0
            }
        } else if layout == .native, given & Self.control != 0 {
            throw PfmError(
                .invalidArgument,
                "\(name): bits 16, 17 and 20 are not part of an event's code",
                hint: "write the whole image with bit 22 set, or modifiers such as :u",
                subject: name
            )
        }
        return switch layout {
        case .native: try Self.native(code, modifiers, name)
        case .generic: try generic(code, modifiers, name)
        }
    }

    private static func native(
        _ code: UInt64,
        _ modifiers: EventModifiers,
        _ name: String
    ) throws(PfmError) -> EventSelection {
        let all = !modifiers.namesMode
        guard all || modifiers.user || modifiers.kernel, !modifiers.hypervisor,
            modifiers.precision == 0, !modifiers.guest, !modifiers.host, !modifiers.notIdle
        else {
            throw PfmError(
                .notSupported,
                "\(name): PERFEVTSEL has bits for the modifiers u and k only",
                hint: "generic names such as cycles:p take the others",
                subject: name
            )
        }
        var image = code | SelectorBits.interrupt | SelectorBits.enable
        if all || modifiers.user { image |= SelectorBits.user }
        if all || modifiers.kernel { image |= SelectorBits.kernel }
        return .programmable(image)
    }

    private func generic(
        _ code: UInt64,
        _ modifiers: EventModifiers,
        _ name: String
    ) throws(PfmError) -> EventSelection {
        guard let device = devices.corePmu else {
            throw PfmError(
                .notSupported,
                "\(name): the kernel has no PMU of the CPU's own",
                hint: "\(SysfsEvents.directory) lists what it has",
                subject: name
            )
        }
        var words = ConfigWords()
        words[0] = code
        var (layout, operand) = try SysfsEvents.layout(words, pmu: device.index, of: name)
        try modifiers.apply(to: &layout, of: name)
        return layout.selection(operand: operand)
    }

    package func name(of selection: EventSelection) -> String? {
        guard case .programmable(let image) = selection else { return nil }
        let code = String(image & ~Self.control, radix: 16)
        switch (image & SelectorBits.user != 0, image & SelectorBits.kernel != 0) {
        case (true, true): return "r\(code)"
        case (true, false): return "r\(code):u"
        case (false, true): return "r\(code):k"
        case (false, false): return nil
        }
    }

    package func namesNear(_ name: String) -> [String] {
        []
    }
}
