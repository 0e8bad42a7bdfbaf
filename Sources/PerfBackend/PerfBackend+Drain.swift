internal import LinuxSupport
internal import PerfmonEngine
internal import PerfmonModel

/// Delivery of what happened by itself.
extension PerfBackend {
    func drainEvents(_ handler: (BackendEvent) -> Void) {
        // What happened by itself cannot wait for a lookup, whoever's command brings it to light.
        let couldPark = answers.canPark
        answers.canPark = false
        defer { answers.canPark = couldPark }
        var collected: [(event: BackendEvent, session: PerfSession)] = []
        collectReports(&collected)
        // The outer poll that woke the caller has asked the rings already, and a ring says only
        // once that it has something. So every ring that may fill is looked at.
        for session in active.values {
            session.collectSamples { collected.append(($0, session)) }
            if session.running == nil { rest(session) }
            if session.hold != nil { scanIfNeeded() }
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
                        session.hold?.takeWaiting().forEach { collected.append(($0, session)) }
                        let reason: EndReason = session.isTargetAlive ? .execCredentials : .exit
                        collected.append((end(session, reason), session))
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
        case .kick:
            kick.clear()
            for report in tracer?.takeReports() ?? [] { collectHold(report, &collected) }
            for (serial, isAllowed) in takeVerdictsAfterExec() {
                guard let session = sessions[serial] else { continue }
                goOnAfterExec(session, isAllowed, &collected)
            }
        case .ring, .exit, .timer:
            break
        }
    }

    private func collectHold(
        _ report: HoldTracer.Report,
        _ collected: inout [(event: BackendEvent, session: PerfSession)]
    ) {
        switch report {
        case .stopped(let serial):
            guard let session = sessions[serial] else { return }
            session.collectHeld { collected.append(($0, session)) }
        case .executed(let serial):
            guard let session = sessions[serial] else { return }
            // After an exec with other credentials the ring reports the end.
            guard !session.hasEnded, !session.output.hasHungUp else {
                session.hold?.run()
                return
            }
            // It stands for as long as it takes to find out whether the new program is still the
            // client's to monitor.
            session.hold?.standBehindExec()
            askAfterExec(session)
        }
    }

    private func goOnAfterExec(
        _ session: PerfSession,
        _ isAllowed: Bool,
        _ collected: inout [(event: BackendEvent, session: PerfSession)]
    ) {
        guard !session.hasEnded else {
            session.hold?.run()
            return
        }
        if isAllowed, (try? session.reopenAfterExec()) != nil {
            collected.append((session.event(set: session.running ?? 0, .reopened), session))
        } else {
            session.hold?.run()
            collected.append((end(session, .execCredentials), session))
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
