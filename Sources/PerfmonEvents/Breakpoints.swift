package import PerfmonModel
internal import SystemPackage

/// Hardware breakpoints by address: `mem:ADDRESS[/LENGTH][:ACCESS][:MODIFIERS]`, as perf has them.
package final class Breakpoints: EventSource {
    private static let form = "mem:ADDRESS[/LENGTH][:ACCESS]"

    package init() {}

    package func pmus() -> [String] {
        ["breakpoint"]
    }

    package func eventNames(pmu: String) -> [String] {
        pmu == "breakpoint" ? ["mem"] : []
    }

    package func describe(pmu: String, event: String) -> EventDescription? {
        guard pmu == "breakpoint", event == "mem" else { return nil }
        return EventDescription(
            pmu: pmu,
            name: Self.form,
            text: "accesses to LENGTH (1, 2, 4 or 8) bytes at ADDRESS, or executions of it",
            selection: nil,
            modifiers: [
                ("r", "reads; with w only, on x86"),
                ("w", "writes"),
                ("rw", "both, as without ACCESS"),
                ("x", "executions; LENGTH is \(Self.executeLength)"),
                ("u", "by user mode only"),
                ("k", "by kernel mode only"),
            ]
        )
    }

    package func resolve(_ name: String) throws(PfmError) -> EventSelection? {
        guard name.hasPrefix("mem:") else { return nil }
        let parts = name.dropFirst(4).split(separator: ":", omittingEmptySubsequences: false)
        let place = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 3, place.count <= 2, let address = KernelNumber.parse(place[0]) else {
            throw PfmError(
                .invalidArgument,
                "\(name): a breakpoint is written \(Self.form)",
                hint: "an example is mem:0x4000/8:w",
                subject: name
            )
        }
        // `mem:0x4000:u` names modifiers where the access would stand.
        var words = parts.dropFirst()
        var access: BreakpointAccess = [.read, .write]
        if let first = words.first, words.count == 2 || first.contains(where: "rwx".contains) {
            access = try Self.access(first, of: name)
            words.removeFirst()
        }
        let modifiers = try EventModifiers(words.first, of: name)
        let length = place.count == 2 ? KernelNumber.parse(place[1]) : nil
        guard place.count == 1 || [1, 2, 4, 8].contains(length) else {
            throw PfmError(
                .invalidArgument,
                "\(name): the length is 1, 2, 4 or 8 bytes",
                subject: name
            )
        }
        let bytes = length ?? UInt64(Self.defaultLength(access))
        try Self.checkMachine(name, address: address, length: bytes, access: access)
        var layout = GenericLayout(.breakpoint(access: access, length: Int(bytes)))
        try modifiers.apply(to: &layout, of: name)
        return layout.selection(operand: address)
    }

    package func name(of selection: EventSelection) -> String? {
        guard case .generic(let image, let address) = selection,
            let layout = try? GenericLayout(selection: image),
            case .breakpoint(let access, let length) = layout.event
        else { return nil }
        var name = "mem:0x\(String(address, radix: 16))"
        if length != Self.defaultLength(access) { name += "/\(length)" }
        name += ":\(access.letters)"
        let letters = EventModifiers.letters(of: layout)
        return letters.isEmpty ? name : "\(name):\(letters)"
    }

    package func namesNear(_ name: String) -> [String] {
        []
    }

    private static func access(
        _ letters: Substring,
        of name: String
    ) throws(PfmError) -> BreakpointAccess {
        switch letters {
        case "r": return .read
        case "w": return .write
        case "rw", "wr": return [.read, .write]
        case "x": return .execute
        default:
            throw PfmError(
                .invalidArgument,
                "\(name): '\(letters)' is not an access; it is r, w, rw or x",
                subject: name
            )
        }
    }

    /// The kernel takes breakpoints on instructions only with the size of a word.
    private static let executeLength = MemoryLayout<Int>.size

    private static func defaultLength(_ access: BreakpointAccess) -> Int {
        access == .execute ? executeLength : 4
    }

    private static func checkMachine(
        _ name: String,
        address: UInt64,
        length: UInt64,
        access: BreakpointAccess
    ) throws(PfmError) {
        guard access != .execute || length == UInt64(executeLength) else {
            throw PfmError(
                .invalidArgument,
                "\(name): a breakpoint on executions has the length \(executeLength)",
                hint: "leave the length out",
                subject: name
            )
        }
        #if arch(x86_64) || arch(i386)
            guard access != .read else {
                throw PfmError(
                    .notSupported,
                    "\(name): x86 cannot watch reads without writes",
                    hint: "write rw",
                    subject: name
                )
            }
            // The address of an instruction may be odd, and then has the length of one byte in
            // hardware.
            guard access == .execute || address % length == 0 else {
                throw PfmError(
                    .invalidArgument,
                    "\(name): the address must be a multiple of the length \(length)",
                    subject: name
                )
            }
        #endif
    }
}

extension BreakpointAccess {
    /// `r`, `w`, `rw` or `x`.
    var letters: String {
        (contains(.read) ? "r" : "") + (contains(.write) ? "w" : "")
            + (contains(.execute) ? "x" : "")
    }
}
