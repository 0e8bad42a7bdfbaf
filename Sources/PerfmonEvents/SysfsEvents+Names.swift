package import PerfmonModel
internal import SystemPackage

extension SysfsEvents {
    package func resolve(_ name: String) throws(PfmError) -> EventSelection? {
        guard let slash = name.firstIndex(of: "/") else { return nil }
        guard let device = device(String(name[..<slash])) else { return nil }
        try Self.checkAddressable(device.name)
        let body = name[name.index(after: slash)...]
        let end = body.firstIndex(of: "/") ?? body.endIndex
        var letters = body[end...].dropFirst()
        if letters.first == ":" { letters.removeFirst() }
        let modifiers = try EventModifiers(letters.isEmpty ? nil : letters, of: name)
        let words = try words(of: body[..<end], device, name)
        var (layout, operand) = try Self.layout(words, pmu: device.index, of: name)
        try modifiers.apply(to: &layout, of: name)
        return layout.selection(operand: operand)
    }

    package func name(of selection: EventSelection) -> String? {
        guard case .generic(let image, let operand) = selection,
            let layout = try? GenericLayout(selection: image),
            case .dynamic(let index, let config, let use) = layout.event,
            let device = try? device(at: index)
        else { return nil }
        var words = ConfigWords()
        words[0] = UInt64(config)
        switch use {
        case .none: break
        case .config: words[0] = operand
        case .config1: words[1] = operand
        case .config2: words[2] = operand
        }
        let letters = EventModifiers.letters(of: layout)
        return "\(device.name)/\(terms(of: words, device))/\(letters)"
    }

    /// The alias that stands for these words, or the words themselves.
    private func terms(of words: ConfigWords, _ device: EventDevice) -> String {
        let alias = device.aliases.values
            .filter {
                $0.parameters.isEmpty
                    && (try? self.words(of: $0.terms[...], device, $0.name)) == words
            }
            .map(\.name)
            .min()
        if let alias { return alias }
        return ConfigWords.names.indices
            .filter { $0 == 0 || words[$0] != 0 }
            .map { "\(ConfigWords.names[$0])=\(KernelNumber.hex(words[$0]))" }
            .joined(separator: ",")
    }

    /// Reads what stands between the slashes: aliases first, then explicit words over them.
    private func words(
        of body: Substring,
        _ device: EventDevice,
        _ name: String
    ) throws(PfmError) -> ConfigWords {
        var words = ConfigWords()
        var missing: [String] = []
        for term in body.split(separator: ",", omittingEmptySubsequences: false) {
            let (word, value) = Self.split(term)
            if value == nil, let alias = device.aliases[word] {
                for part in alias.terms.split(separator: ",") {
                    let (word, value) = Self.split(part)
                    if value == "?" {
                        missing.append(word)
                    } else {
                        try Self.set(word, value, in: &words, device, name)
                    }
                }
            } else {
                try Self.set(word, value, in: &words, device, name)
                missing.removeAll { $0 == word }
            }
        }
        guard missing.isEmpty else {
            throw PfmError(
                .invalidArgument,
                "\(name): give a value to \(missing.joined(separator: ", "))",
                hint: "behind the event, such as ,\(missing[0])=0",
                subject: name
            )
        }
        return words
    }

    private static func split(_ term: Substring) -> (word: String, value: String?) {
        let parts = term.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count == 2 ? String(parts[1]) : nil)
    }

    private static func set(
        _ word: String,
        _ value: String?,
        in words: inout ConfigWords,
        _ device: EventDevice,
        _ name: String
    ) throws(PfmError) {
        let field: FormatField
        if let known = device.formats[word] {
            field = known
        } else if let known = FormatField("\(word):0-63") {
            field = known
        } else {
            let events = EditDistance.nearest(to: word, in: device.aliases.keys)
            let accepted = (device.formats.keys.sorted() + ConfigWords.names)
                .joined(separator: " ")
            throw PfmError(
                .invalidArgument,
                "\(name): \(device.name) has no event or word '\(word)'",
                hint: (events.isEmpty ? "" : "near: \(events.joined(separator: " ")); ")
                    + "words are \(accepted)",
                subject: name
            )
        }
        // A word without a value is a switch.
        guard let number = value.map({ KernelNumber.parse($0) }) ?? 1 else {
            throw PfmError(
                .invalidArgument,
                "\(name): '\(value ?? "")' is not a number",
                hint: "decimal, or hexadecimal behind 0x",
                subject: name
            )
        }
        guard field.insert(number, into: &words) else {
            throw PfmError(
                .invalidArgument,
                "\(name): \(KernelNumber.hex(number)) does not fit \(word), which has "
                    + "\(field.width) bits",
                subject: name
            )
        }
    }

    /// Puts configuration words into the generic layout and its operand.
    ///
    /// - Throws: EOPNOTSUPP when they need more than one operand.
    static func layout(
        _ words: ConfigWords,
        pmu index: Int,
        of name: String
    ) throws(PfmError) -> (GenericLayout, operand: UInt64) {
        guard index <= 0xFF else {
            throw PfmError(
                .notSupported,
                "\(name): only 256 PMUs can be named in a register, this is "
                    + "number \(index)",
                subject: name
            )
        }
        let narrow = UInt16(exactly: words[0])
        let others = (1...2).filter { words[$0] != 0 }
        switch (narrow, others.count) {
        case (let config?, 0):
            return (GenericLayout(.dynamic(pmu: index, config: config, operand: .none)), 0)
        case (nil, 0):
            return (GenericLayout(.dynamic(pmu: index, config: 0, operand: .config)), words[0])
        case (let config?, 1):
            let use: GenericLayout.OperandUse = others[0] == 1 ? .config1 : .config2
            let layout = GenericLayout(.dynamic(pmu: index, config: config, operand: use))
            return (layout, words[others[0]])
        default:
            let used = ([0] + others).map { ConfigWords.names[$0] }.joined(separator: ", ")
            throw PfmError(
                .notSupported,
                "\(name): needs \(used), and a register has one operand only",
                hint: "config up to 0xffff leaves the operand to config1 or config2",
                subject: name
            )
        }
    }
}
