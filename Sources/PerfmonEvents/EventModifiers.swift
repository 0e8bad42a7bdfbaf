internal import PerfmonModel
internal import SystemPackage

/// The letters behind an event's name, as perf has them: `:u`, `:kpp`, `:uG`.
struct EventModifiers: Equatable {
    /// u, k, h: the modes that are counted; none of them means all.
    var user = false
    var kernel = false
    var hypervisor = false
    /// How many letters p.
    var precision = 0
    /// G and H: in virtual machines, in the host; neither means both.
    var guest = false
    var host = false
    /// I: not while the CPU idles.
    var notIdle = false

    var namesMode: Bool {
        user || kernel || hypervisor
    }

    /// Reads the letters; nil when nothing stands where they would.
    ///
    /// - Throws: EINVAL naming the letter that is not known, or when there is none.
    init(_ text: Substring?, of name: String) throws(PfmError) {
        guard let text else { return }
        guard !text.isEmpty else {
            throw PfmError(
                .invalidArgument,
                "\(name): no modifier stands behind the last colon",
                hint: "leave the colon out",
                subject: name
            )
        }
        for letter in text {
            switch letter {
            case "u": user = true
            case "k": kernel = true
            case "h": hypervisor = true
            case "p": precision += 1
            case "G": guest = true
            case "H": host = true
            case "I": notIdle = true
            default:
                throw PfmError(
                    .invalidArgument,
                    "\(name): '\(letter)' is not a modifier",
                    hint: "u user, k kernel, h hypervisor, p precise (up to ppp), "
                        + "G guest, H host, I not idle",
                    subject: name
                )
            }
        }
        guard precision <= 3 else {
            throw PfmError(
                .invalidArgument,
                "\(name): at most three p can be given",
                subject: name
            )
        }
    }

    /// Sets the filters of a layout.
    ///
    /// - Throws: EINVAL for a modifier that means nothing to the layout's class or event,
    ///   EOPNOTSUPP for one that this processor cannot serve.
    func apply(to layout: inout GenericLayout, of name: String) throws(PfmError) {
        let isHardware = layout.event.eventClass.countsInHardware
        guard isHardware || !(hypervisor || precision > 0 || guest || host || notIdle) else {
            throw PfmError(
                .invalidArgument,
                "\(name): only hardware events take h, p, G, H and I",
                subject: name
            )
        }
        if namesMode {
            layout.user = user
            layout.kernel = kernel
            layout.excludesHypervisor = isHardware && !hypervisor
        }
        if case .software(let number) = layout.event, let event = SoftwareEvent(number: number),
            event.filter == .kernelOnly, !layout.kernel
        {
            throw PfmError(
                .invalidArgument,
                "\(name): every \(event.name) event is in kernel mode, so the count of user mode "
                    + "would always be 0",
                hint: "write \(event.name) or \(event.name):k",
                subject: name
            )
        }
        try Self.requireMode(of: layout, of: name)
        layout.precision = precision
        layout.excludesIdle = notIdle
        if guest != host {
            layout.excludesHost = guest
            layout.excludesGuest = host
        }
    }

    /// Checks that some mode is left in which this processor counts.
    ///
    /// - Throws: EOPNOTSUPP when it is the hypervisor's alone, which x86 does not have.
    static func requireMode(of layout: GenericLayout, of name: String) throws(PfmError) {
        #if arch(x86_64) || arch(i386)
            guard layout.user || layout.kernel else {
                throw PfmError(
                    .notSupported,
                    "\(name): x86 has no hypervisor mode to count in",
                    hint: "G counts in virtual machines",
                    subject: name
                )
            }
        #endif
    }

    /// The letters that lead to a layout's filters, in the order in which they are printed; empty
    /// when the plain name does.
    static func letters(of layout: GenericLayout) -> String {
        var letters = ""
        if !layout.user || !layout.kernel || layout.excludesHypervisor {
            if layout.user { letters += "u" }
            if layout.kernel { letters += "k" }
            if layout.event.eventClass.countsInHardware, !layout.excludesHypervisor {
                letters += "h"
            }
        }
        letters += String(repeating: "p", count: layout.precision)
        if layout.excludesHost { letters += "G" }
        if layout.excludesGuest { letters += "H" }
        if layout.excludesIdle { letters += "I" }
        return letters
    }

    /// What the letters mean to hardware events, for `EventDescription.modifiers`.
    static let hardware: [(name: String, text: String)] = [
        ("u", "in user mode only"),
        ("k", "in kernel mode only"),
        ("h", "in hypervisor mode, where there is one"),
        ("p", "sampled addresses more exact; pp and ppp even more"),
        ("G", "in virtual machines only"),
        ("H", "not in virtual machines"),
        ("I", "not while the CPU idles"),
    ]
}
