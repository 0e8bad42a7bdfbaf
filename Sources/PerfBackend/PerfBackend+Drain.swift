internal import LinuxSupport
internal import PerfmonEngine
internal import PerfmonModel

/// Delivery of what happened by itself.
extension PerfBackend {
    func drainEvents(_ handler: (BackendEvent) -> Void) {
        var timeouts: [PerfSession] = []
        collectReports(&timeouts, handler)
        // The outer poll that woke the caller has asked the rings already, and a ring says only
        // once that it has something. So every ring that may fill is looked at. A handler may
        // detach any session.
        for session in Array(active.values) where !session.isDetached {
            session.collectSamples(handler)
            if session.running == nil { rest(session) }
            if session.hold != nil { scanIfNeeded() }
        }
        for session in timeouts where !session.isDetached {
            if let set = session.timer?.takeExpired() {
                handler(session.event(set: set, .timeout))
            }
        }
    }

    private func collectReports(
        _ timeouts: inout [PerfSession],
        _ handler: (BackendEvent) -> Void
    ) {
        while true {
            let reports = poller.reports()
            for report in reports {
                guard let session = sessions[report.token.session] else {
                    collectOwn(report.token.source, handler)
                    continue
                }
                switch report.token.source {
                case .ring, .exit:
                    session.collectSamples(handler)
                    guard report.isHangUp || report.token.source == .exit, !session.isDetached
                    else { continue }
                    session.hold?.takeWaiting().forEach(handler)
                    guard !session.isDetached else { continue }
                    let isTakenAway = session.isTargetAlive || session.hasEndedAtExec
                    let reason: EndReason = isTakenAway ? .execCredentials : .exit
                    handler(end(session, reason))
                case .timer:
                    timeouts.append(session)
                case .kick, .uevents, .scan:
                    break
                }
            }
            if reports.count < PerfPoller.batch { return }
        }
    }

    /// Reports of descriptors that belong to no session.
    private func collectOwn(
        _ source: PerfPoller.Token.Source,
        _ handler: (BackendEvent) -> Void
    ) {
        switch source {
        case .uevents:
            for session in takeOfflineSessions() where !session.isDetached {
                session.end()
                handler(session.event(set: 0, .ended(.cpuOffline)))
            }
        case .scan:
            scanTimer?.clear()
        case .kick:
            kick.clear()
            for report in tracer?.takeReports() ?? [] { collectHold(report, handler) }
        case .ring, .exit, .timer:
            break
        }
    }

    private func collectHold(
        _ report: HoldTracer.Report,
        _ handler: (BackendEvent) -> Void
    ) {
        switch report {
        case .stopped(let serial):
            guard let session = sessions[serial] else { return }
            session.collectHeld(handler)
        case .executed(let serial):
            guard let session = sessions[serial] else { return }
            // After an exec with other credentials the ring reports the end.
            guard !session.hasEnded, !session.output.hasHungUp else {
                session.hold?.run()
                return
            }
            do throws(PfmError) {
                try session.reopenAfterExec()
                session.hold?.standBehindExec()
                handler(session.event(set: session.running ?? 0, .reopened))
            } catch {
                session.hold?.run()
                handler(end(session, .execCredentials))
            }
        }
    }

    /// Stops watching a thread that is gone.
    private func end(_ session: PerfSession, _ reason: EndReason) -> BackendEvent {
        for descriptor in session.watched where descriptor != session.timer?.raw {
            poller.remove(descriptor)
        }
        session.watched.removeAll { $0 != session.timer?.raw }
        session.end()
        return session.event(set: session.running ?? 0, .ended(reason))
    }
}
