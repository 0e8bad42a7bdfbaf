internal import Glibc

/// What perfmon2's own rules ask of a thread: who may monitor it, who holds it, where it runs.
package struct ThreadFacts: Sendable, Equatable {
    /// Real, effective and saved user ids.
    package var uids: [UInt32]
    /// Real, effective and saved group ids.
    package var gids: [UInt32]
    /// The thread that traces it; 0: none.
    package var tracer: Int32
    /// It stands because its tracer stopped it. A plain SIGSTOP is not enough.
    package var isTraceStopped: Bool
    /// CPU on which it runs, or ran last.
    package var cpu: Int
    /// Effective capabilities, bit CAP_x for capability x.
    package var capabilities: UInt64

    package init(
        uids: [UInt32] = [0, 0, 0],
        gids: [UInt32] = [0, 0, 0],
        tracer: Int32 = 0,
        isTraceStopped: Bool = false,
        cpu: Int = 0,
        capabilities: UInt64 = 0
    ) {
        self.uids = uids
        self.gids = gids
        self.tracer = tracer
        self.isTraceStopped = isTraceStopped
        self.cpu = cpu
        self.capabilities = capabilities
    }

    /// As the kernel tells it; nil when there is no such thread.
    package static func ofThread(_ tid: Int32) -> ThreadFacts? {
        guard tid > 0, let status = ProcessFile.text("/proc/\(tid)/status"),
            let stat = ProcessFile.text("/proc/\(tid)/stat")
        else { return nil }
        var facts = ThreadFacts(status: status, stat: stat)
        // Powers over a user namespace of its own mean nothing outside of it.
        if Namespace.user(of: tid) != Namespace.user(of: getpid()) {
            facts?.capabilities = 0
        }
        return facts
    }

    /// From the texts of `/proc/TID/status` and `/proc/TID/stat`.
    init?(status: String, stat: String) {
        self.init()
        for line in status.split(separator: "\n") {
            let words = line.split { $0 == "\t" || $0 == " " }
            guard words.count > 1 else { continue }
            switch words[0] {
            case "Uid:": uids = words[1...].prefix(3).compactMap { UInt32($0) }
            case "Gid:": gids = words[1...].prefix(3).compactMap { UInt32($0) }
            case "State:": isTraceStopped = words[1] == "t"
            case "TracerPid:": tracer = Int32(words[1]) ?? 0
            case "CapEff:": capabilities = UInt64(words[1], radix: 16) ?? 0
            default: break
            }
        }
        // The name in parentheses may hold anything, so fields count from its end.
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > Self.cpuField, let cpu = Int(fields[Self.cpuField]) else {
            return nil
        }
        self.cpu = cpu
    }

    /// Where `processor`, field 39 of `/proc/TID/stat`, is behind the name.
    private static let cpuField = 36
}
