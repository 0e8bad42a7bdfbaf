internal import PerfmonEngine
internal import PerfmonModel
internal import LinuxSupport
internal import SystemPackage

/// What sessions on whole CPUs need: news of CPUs that go away, and a look at their rings from
/// time to time.
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
            guard let number = session.request.target.cpu else { return false }
            return !session.hasEnded && !online.contains(number)
        }
    }

    /// Has sessions looked at from time to time while there are any that need it: those whose ring
    /// wakes nobody before it is half full, and threads that should stand but have not been seen
    /// to.
    func scanIfNeeded() {
        let isWanted = active.values.contains {
            $0.opening.wakesByWatermark || $0.hold?.waiting.isEmpty == false
        }
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
