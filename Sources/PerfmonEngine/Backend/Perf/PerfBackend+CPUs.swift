internal import SystemPackage

/// What sessions on whole CPUs need: news of CPUs that go away, and a look at their rings.
extension PerfBackend {
    /// Listens to the kernel's announcements from the first session on a CPU on.
    func watchCPUs() throws(Errno) {
        guard announcements == nil else { return }
        let fresh = try CPUAnnouncements()
        try poller.add(fresh.raw, .init(session: 0, source: .uevents))
        announcements = fresh
    }

    /// Sessions whose CPU is gone and that have not been told so.
    func takeOfflineSessions() -> [PerfSession] {
        guard announcements?.takeOffline() == true else { return [] }
        let online = kernel.onlineCPUs
        return sessions.values.filter { session in
            guard case .cpu(let number) = session.request.target else { return false }
            return !session.hasEnded && !online.contains(number)
        }
    }

    /// Has the rings that wake nobody before they are half full looked at from time to time, as
    /// long as one of them may fill.
    func scanRings() {
        let isWanted = active.values.contains { $0.opening.wakesByWatermark }
        if isWanted, scanTimer == nil {
            scanTimer = try? PerfScanTimer()
            // Without it they are read when half full.
            if let scanTimer {
                try? poller.add(scanTimer.raw, .init(session: 0, source: .scan))
            }
        }
        scanTimer?.run(isWanted)
    }
}
