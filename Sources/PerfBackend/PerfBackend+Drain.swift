internal import LinuxSupport
internal import PerfmonEngine
internal import PerfmonModel

/// Delivery of what happened by itself.
extension PerfBackend {
    /// Bytes of records that the event thread takes in one turn, some 3,000 samples: then other
    /// threads get the lock.
    static let turn = 256 << 10

    func drainEvents(_ handler: (BackendEvent) -> Void) {
        var timeouts: [PerfSession] = []
        collectReports(&timeouts, handler)
        collectRings(handler)
        collectNews(handler)
        collect(timeouts, handler)
    }

    /// Reads the rings of sessions that count, up to the end of the turn.
    ///
    /// The outer poll that woke the caller has asked the rings already, and a ring says only once
    /// that it has something. So every ring that may fill is looked at. What a turn leaves is read
    /// in the next, which begins at once, and then every ring is looked at once more.
    private func collectRings(_ handler: (BackendEvent) -> Void) {
        let goesOn = !unread.isEmpty
        if !goesOn { unread = Array(active.keys) }
        var budget = Self.turn
        while budget > 0, let serial = unread.last {
            guard let session = active[serial], !session.isDetached else {
                unread.removeLast()
                continue
            }
            // A handler may detach any session.
            guard session.collectSamples(limit: &budget, handler) else { break }
            unread.removeLast()
            if session.running == nil { rest(session) }
            if session.hold != nil { scanIfNeeded() }
        }
        if goesOn || !unread.isEmpty { kick.raise() }
    }

    /// Delivers what happened to one session. The cost does not depend on the others.
    func drainEvents(of session: PerfSession, _ handler: (BackendEvent) -> Void) {
        var timeouts: [PerfSession] = []
        for report in PerfPoller.reports(of: session.watched) {
            take(report.source, isHangUp: report.isHangUp, of: session, &timeouts, handler)
        }
        if followers != nil, session.request.wantsProcesses { collectNews(handler) }
        if active[session.serial] != nil, !session.isDetached {
            session.collectSamples(handler)
            if session.running == nil { rest(session) }
            if session.hold != nil { scanIfNeeded() }
        }
        if session.hold != nil {
            for report in tracer?.takeReports(of: session.serial) ?? [] {
                collectHold(report, handler)
            }
        }
        collect(timeouts, handler)
    }

    private func collect(_ timeouts: [PerfSession], _ handler: (BackendEvent) -> Void) {
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
                let source = report.token.source
                if let session = sessions[report.token.session] {
                    // The ring is read in its turn, unless there is a last time.
                    guard source != .ring || report.isHangUp else { continue }
                    take(source, isHangUp: report.isHangUp, of: session, &timeouts, handler)
                } else {
                    collectOwn(source, handler)
                }
            }
            if reports.count < PerfPoller.batch { return }
        }
    }

    /// Takes what one descriptor of a session tells.
    private func take(
        _ source: PerfPoller.Token.Source,
        isHangUp: Bool,
        of session: PerfSession,
        _ timeouts: inout [PerfSession],
        _ handler: (BackendEvent) -> Void
    ) {
        switch source {
        case .ring, .exit:
            session.collectSamples(handler)
            guard !session.isDetached else { return }
            guard source == .exit || isHangUp && !goesOn(session) else { return }
            session.hold?.takeWaiting().forEach(handler)
            guard !session.isDetached else { return }
            let isTakenAway = session.isTargetAlive || session.hasEndedAtExec
            let reason: EndReason = isTakenAway ? .execCredentials : .exit
            handler(end(session, reason))
        case .timer:
            timeouts.append(session)
        case .kick, .uevents, .scan, .followers:
            break
        }
    }

    /// Whether a session whose ring has hung up has more to come: the first thread of its process
    /// has ended, or another one has executed a program, and the others are monitored on. The kernel
    /// reports that of an inherited event only once no child has it any more.
    private func goesOn(_ session: PerfSession) -> Bool {
        guard session.endsWithProcess, session.holdsSamples else { return false }
        let first = session.output
        let isFirstGone =
            first.hasHungUp && session.watched.contains { $0.descriptor == first.event }
        guard !session.forgetHungUpRings() else { return false }
        // The children of a thread that has executed a set-user-id program are there, it is not.
        let tid = session.request.target.tid
        return !isFirstGone || ThreadStat(ofThread: tid)?.isExiting != false
            || !ProcessFacts.isProtected(tid)
    }

    /// Reports of descriptors that belong to no session.
    private func collectOwn(
        _ source: PerfPoller.Token.Source,
        _ handler: (BackendEvent) -> Void
    ) {
        switch source {
        case .uevents:
            followProcessesEverywhere()
            for session in takeOfflineSessions() where !session.isDetached {
                session.end()
                handler(session.event(set: 0, .ended(.cpuOffline)))
            }
        case .scan:
            scanTimer?.clear()
        case .kick:
            kick.clear()
            for report in tracer?.takeReports() ?? [] { collectHold(report, handler) }
        case .ring, .exit, .timer, .followers:
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
        for (descriptor, source) in session.watched where source != .timer {
            poller.remove(descriptor)
        }
        session.watched.removeAll { $0.source != .timer }
        session.end()
        return session.event(set: session.running ?? 0, .ended(reason))
    }
}
