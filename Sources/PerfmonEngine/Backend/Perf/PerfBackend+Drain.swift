/// Delivery of what happened by itself.
extension PerfBackend {
    public func drainEvents(_ handler: (BackendEvent) -> Void) {
        var collected: [(event: BackendEvent, session: PerfSession)] = []
        collectReports(&collected)
        // The outer poll that woke the caller has asked the rings already, and a ring says only
        // once that it has something. So every ring that may fill is looked at.
        for session in active.values {
            session.collectSamples { collected.append(($0, session)) }
            if session.running == nil { rest(session) }
        }
        if collected.count > 1 {
            collected.sort { $0.event.time < $1.event.time }
        }
        // A handler may detach the session of an event behind its own.
        for (event, session) in collected where !session.isDetached {
            handler(event)
        }
    }

    private func collectReports(
        _ collected: inout [(event: BackendEvent, session: PerfSession)]
    ) {
        while true {
            let reports = poller.reports()
            for report in reports {
                guard let session = sessions[report.token.session] else {
                    collectOwn(report.token.source, &collected)
                    continue
                }
                switch report.token.source {
                case .ring, .exit:
                    session.collectSamples { collected.append(($0, session)) }
                    if report.isHangUp || report.token.source == .exit {
                        collected.append((end(session), session))
                    }
                case .timer:
                    if let set = session.timer?.takeExpired() {
                        collected.append((session.event(set: set, .timeout), session))
                    }
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
        _ collected: inout [(event: BackendEvent, session: PerfSession)]
    ) {
        switch source {
        case .uevents:
            for session in takeOfflineSessions() {
                session.end()
                collected.append((session.event(set: 0, .ended(.cpuOffline)), session))
            }
        case .scan:
            scanTimer?.clear()
        case .ring, .exit, .timer, .kick:
            break
        }
    }

    /// Stops watching a thread that is gone, and tells why it is.
    private func end(_ session: PerfSession) -> BackendEvent {
        for descriptor in session.watched where descriptor != session.timer?.raw {
            poller.remove(descriptor)
        }
        session.watched.removeAll { $0 != session.timer?.raw }
        let reason: EndReason = session.isTargetAlive ? .execCredentials : .exit
        session.end()
        return session.event(set: session.running ?? 0, .ended(reason))
    }
}
