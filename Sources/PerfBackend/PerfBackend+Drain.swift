internal import LinuxSupport
internal import PerfmonEngine
internal import PerfmonModel

/// Delivery of what happened by itself.
extension PerfBackend {
    func drainEvents(_ handler: (BackendEvent) -> Void) {
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
                    if report.token.source == .exit || report.isHangUp && !goesOn(session) {
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

    /// Whether a session whose ring has hung up has more to come: the first thread of its process
    /// has ended, or another one has executed a program, and the others are monitored on. The kernel
    /// reports that of an inherited event only once no child has it any more.
    private func goesOn(_ session: PerfSession) -> Bool {
        guard session.endsWithProcess, session.holdsSamples else { return false }
        let output = session.output
        let isFirstGone = session.watched.contains(output.event) && output.hasHungUp
        guard !session.forgetHungUpRings() else { return false }
        // The children of a thread that has executed a set-user-id program are there, it is not.
        let tid = session.request.target.tid
        return !isFirstGone || ThreadStat(ofThread: tid)?.isExiting != false
            || !ProcessFacts.isProtected(tid)
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
            do throws(PfmError) {
                try session.reopenAfterExec()
                session.hold?.standBehindExec()
                collected.append((session.event(set: session.running ?? 0, .reopened), session))
            } catch {
                session.hold?.run()
                collected.append((end(session, .execCredentials), session))
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
