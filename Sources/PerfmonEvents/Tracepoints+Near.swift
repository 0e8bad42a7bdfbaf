internal import LinuxSupport

extension Tracepoints {
    /// Suggestions without a walk over all events: near names in the subsystem that was meant, and
    /// events of exactly this name elsewhere.
    package func namesNear(_ name: String) -> [String] {
        guard let directory = eventsDirectory, let subsystems = try? files.entries(directory) else {
            return []
        }
        let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let event = parts.count == 1 ? parts.first : parts[1], !event.isEmpty,
            let safe = TracepointName("any", event)?.event
        else { return [] }
        let modifiers = parts.dropFirst(2).map { ":\($0)" }.joined()
        let elsewhere =
            subsystems
            .filter { files.exists("\(directory)/\($0)/\(safe)/id") }
            .map { "\($0):\(safe)\(modifiers)" }
        guard parts.count > 1 else { return elsewhere }
        let meant = EditDistance.nearest(to: parts[0], in: subsystems, count: 2)
        let near = meant.flatMap { subsystem in
            EditDistance.nearest(to: safe, in: names(in: subsystem, directory))
                .map { "\(subsystem):\($0)\(modifiers)" }
        }
        return near + elsewhere.filter { !near.contains($0) }
    }
}
