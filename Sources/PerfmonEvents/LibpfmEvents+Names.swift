package import PerfmonModel

extension LibpfmEvents {
    /// Events with each of their unit masks: `L1D`, `L1D:REPLACEMENT`. Events that are none without
    /// a unit mask stand only with theirs.
    package func eventNames(pmu: String) -> [String] {
        guard let (library, models) = library,
            let model = models.first(where: { $0.name == pmu })
        else { return [] }
        var names: [String] = []
        for event in library.events(of: model) {
            if case .found = library.registerImages("\(model.name)::\(event.name)") {
                names.append(event.name)
            }
            for mask in library.attributes(of: event, forPerf: false) where mask.isUnitMask {
                names.append("\(event.name):\(mask.name)")
            }
        }
        return names
    }

    package func has(pmu: String, event: String) -> Bool {
        guard let (library, models) = library, models.contains(where: { $0.name == pmu }) else {
            return false
        }
        return library.event(library.find("\(pmu)::\(event)")) != nil
    }

    package func describe(pmu: String, event: String) -> EventDescription? {
        guard let (library, models) = library, models.contains(where: { $0.name == pmu }),
            let found = library.event(library.find("\(pmu)::\(event)"))
        else { return nil }
        let attributes = library.attributes(of: found, forPerf: layout == .generic)
        return EventDescription(
            pmu: pmu,
            name: event,
            text: Self.line(
                Self.mask(event, attributes).map { "\(found.text): \($0.text)" } ?? found.text
            ),
            selection: (try? resolve("\(pmu)::\(event)")) ?? nil,
            modifiers: attributes.map { ($0.name, Self.line($0.text)) }
        )
    }

    package func listed(pmu: String, event: String) -> (name: String, text: String) {
        guard let (library, _) = library,
            let found = library.event(library.find("\(pmu)::\(event)"))
        else { return (event, "") }
        let mask = Self.mask(event, library.attributes(of: found, forPerf: false))
        return (event, Self.line(mask.map { "\(found.text): \($0.text)" } ?? found.text))
    }

    private static func mask(_ name: String, _ attributes: [PfmAttribute]) -> PfmAttribute? {
        let word = name.drop { $0 != ":" }.dropFirst()
        return word.isEmpty ? nil : attributes.first { $0.isUnitMask && $0.name == word }
    }

    /// A text of the library as one line.
    private static func line(_ text: String) -> String {
        String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
    }

    /// The name of a register image, for models that this machine has.
    package func name(of selection: EventSelection) -> String? {
        guard layout == .native, case .programmable(let image) = selection,
            let (library, models) = library
        else { return nil }
        for model in models where model.isPresent && model.isCore {
            for event in library.events(of: model) where event.code & 0xFF == image & 0xFF {
                if let name = Self.name(of: image, event, model, library) { return name }
            }
        }
        return nil
    }

    /// The name of an image if it is this event's with one unit mask or none.
    private static func name(
        of image: UInt64,
        _ event: PfmEvent,
        _ model: PfmModel,
        _ library: PfmLibrary
    ) -> String? {
        let masks = library.attributes(of: event, forPerf: false)
            .filter { $0.isUnitMask && ($0.code & 0xFF == image >> 8 & 0xFF) }
        let bases = masks.map { "\(event.name):\($0.name)" } + [event.name]
        let filter = modes(of: image)
        for modifiers in ["", counting(image)] {
            for base in bases {
                let name = base + modifiers + filter
                if case .found(let images) = library.registerImages("\(model.name)::\(name)"),
                    images.count == 1, images[0] & ~implied == image & ~implied
                {
                    return name
                }
            }
        }
        return nil
    }

    private static let implied = SelectorBits.interrupt | SelectorBits.enable

    private static func modes(of image: UInt64) -> String {
        switch (image & SelectorBits.user != 0, image & SelectorBits.kernel != 0) {
        case (true, false): ":u"
        case (false, true): ":k"
        default: ""
        }
    }

    /// Modifiers for edge, invert, any thread and counter mask.
    private static func counting(_ image: UInt64) -> String {
        var text = ""
        if image >> 18 & 1 != 0 { text += ":e" }
        if image >> 23 & 1 != 0 { text += ":i" }
        if image >> 21 & 1 != 0 { text += ":t" }
        if image >> 24 & 0xFF != 0 { text += ":c=\(image >> 24 & 0xFF)" }
        return text
    }

    package func namesNear(_ name: String) -> [String] {
        guard let (library, models) = library else { return [] }
        let base = Self.base(of: name)
        var near: [String] = []
        for model in models where model.isPresent && model.isCore && pmus().contains(model.name) {
            let names = library.events(of: model).map(\.name)
            near += EditDistance.nearest(to: base, in: names).map {
                $0 + name.dropFirst(base.count)
            }
        }
        return near
    }
}
