internal import CPerfEvent
internal import LinuxSupport
internal import PerfmonEngine
internal import PerfmonModel
internal import PrivilegeSupport
internal import SystemPackage

/// Permission: the kernel is asked as the client, for pfmfs itself may do nearly everything.
extension PerfBackend {
    /// Checks that a client may count all this on the target, and so may who opened the file for
    /// it.
    ///
    /// - Parameter granted: what the kernel has allowed already.
    /// - Returns: what it has allowed by now.
    /// - Throws: EACCES or EPERM as the kernel told, with the rule that decided.
    @discardableResult
    func authorise(
        _ identities: [ClientIdentity],
        _ request: AttachRequest,
        _ sets: [SetProgram],
        granted: Set<VerdictQuestion> = []
    ) throws(PfmError) -> Set<VerdictQuestion> {
        var granted = granted
        try askAhead(identities, request, sets, granted)
        for identity in identities where !identity.isTrusted {
            try authorise(identity, request, sets, &granted)
        }
        return granted
    }

    /// Has all questions asked at once that the command will need an answer to, so that it waits
    /// but once.
    private func askAhead(
        _ identities: [ClientIdentity],
        _ request: AttachRequest,
        _ sets: [SetProgram],
        _ granted: Set<VerdictQuestion>
    ) throws(PfmError) {
        guard answers.canPark else { return }
        var isKnown = true
        for identity in identities where !identity.isTrusted {
            var questions = [targetQuestion(identity, request)].compactMap(\.self)
            for counter in request.isDelegated ? [] : sets.flatMap(\.counters) {
                questions.append(try question(identity, counter.selection, request.target))
            }
            for question in questions where !granted.contains(question) {
                isKnown = known(question) != nil && isKnown
            }
        }
        if !isKnown { throw PfmError(answers.unanswered, Self.check) }
    }

    private func authorise(
        _ identity: ClientIdentity,
        _ request: AttachRequest,
        _ sets: [SetProgram],
        _ granted: inout Set<VerdictQuestion>
    ) throws(PfmError) {
        if let question = targetQuestion(identity, request), !granted.contains(question) {
            try authoriseTarget(identity, request)
            granted.insert(question)
        }
        guard !request.isDelegated else { return }
        for program in sets {
            for counter in program.counters {
                let question = try question(identity, counter.selection, request.target)
                guard !granted.contains(question) else { continue }
                if let code = try verdict(question) {
                    throw PerfOpening.placed(
                        refusal(
                            code,
                            identity,
                            question.attributes,
                            request.target,
                            counter.selection
                        ),
                        program,
                        counter
                    )
                }
                granted.insert(question)
            }
        }
    }

    /// Checks that all these may monitor the thread at all.
    func authoriseTarget(
        _ identities: [ClientIdentity],
        _ request: AttachRequest
    ) throws(PfmError) {
        for identity in identities where !identity.isTrusted {
            try authoriseTarget(identity, request)
        }
    }

    private func authoriseTarget(
        _ identity: ClientIdentity,
        _ request: AttachRequest
    ) throws(PfmError) {
        guard let question = targetQuestion(identity, request), let code = try verdict(question)
        else { return }
        if request.holdAtOverflow {
            var looking = PerfOpening.dummy
            looking.disabled = 1
            let question = VerdictQuestion(identity, looking, request.target)
            guard try verdict(question) != nil else {
                throw holdRefusal(code, identity, request.target)
            }
        }
        throw targetRefusal(code, identity, request.target)
    }

    /// Whether the target may be monitored at all; nil where that is no question.
    func targetQuestion(_ identity: ClientIdentity, _ request: AttachRequest) -> VerdictQuestion? {
        if request.target.isSystemWide, request.isDelegated { return nil }
        var attr = PerfOpening.dummy
        attr.disabled = 1
        if request.holdAtOverflow {
            // Makes the kernel ask for the right to trace, not only for the right to look.
            attr.sample_period = 1
            attr.sigtrap = 1
            attr.remove_on_exec = 1
        }
        return VerdictQuestion(identity, attr, request.target)
    }

    /// Whether an event may be counted, from the parts of its attributes that permission depends
    /// on.
    private func question(
        _ identity: ClientIdentity,
        _ selection: EventSelection,
        _ target: Target
    ) throws(PfmError) -> VerdictQuestion {
        var attr = try attributes.attributes(for: selection)
        attr.disabled = 1
        return VerdictQuestion(identity, attr, target)
    }

    private func holdRefusal(
        _ code: Errno,
        _ identity: ClientIdentity,
        _ target: Target
    ) -> PfmError {
        let scope = kernel.ptraceScope.map { ", and kernel.yama.ptrace_scope is \($0)" } ?? ""
        return PfmError(
            code,
            "uid \(identity.uid) may count \(target) but not trace it\(scope)",
            hint: "leave out 'notify_block'; to hold a thread takes the right to trace it"
        )
    }

    /// Checks a change of a loaded session, which keeps the rights of the client that loaded it.
    func authoriseChange(
        of session: PerfSession,
        to program: SetProgram,
        granted: Set<VerdictQuestion>
    ) throws(PfmError) -> Set<VerdictQuestion> {
        // A session that keeps its ring has had its witness since it was loaded.
        if session.opening.askAgain != nil {
            _ = try witness(for: session.identities, session.request.target)
        }
        return try authorise(session.identities, session.request, [program], granted: granted)
    }

    /// Asks whether the program that a session's thread executes may be monitored, too. The next
    /// drain, to which `kick` leads, finds the answer.
    func askAfterExec(_ session: PerfSession) {
        let questions = session.identities.filter { !$0.isTrusted }
            .compactMap { targetQuestion($0, session.request) }
        let lookup = Lookup(
            .waiting,
            lane: questions.first?.lane ?? 0,
            limit: VerdictQuestion.limit
        ) {
            questions.allSatisfy { question in
                if case .success(nil) = question.ask() { true } else { false }
            }
        }
        answers.find(lookup) { [weak self, serial = session.serial] isAllowed in
            self?.verdictsAfterExec.append((serial, isAllowed ?? false))
            self?.kick.raise()
        }
    }

    func takeVerdictsAfterExec() -> [(session: UInt64, isAllowed: Bool)] {
        defer { verdictsAfterExec = [] }
        return verdictsAfterExec
    }

    private func verdict(_ question: VerdictQuestion) throws(PfmError) -> Errno? {
        guard let verdict = known(question) else {
            throw PfmError(answers.unanswered, Self.check)
        }
        return try verdict.get()
    }

    private static let check = "the permission check"

    /// The kernel's verdict, if it is known; otherwise it is asked for.
    private func known(_ question: VerdictQuestion) -> Result<Errno?, PfmError>? {
        answers.known(question) {
            Lookup(.waiting, lane: question.lane, limit: VerdictQuestion.limit) { question.ask() }
        }
    }

    private func targetRefusal(
        _ code: Errno,
        _ identity: ClientIdentity,
        _ target: Target
    ) -> PfmError {
        guard code == .permissionDenied || code == .notPermitted else {
            return PerfOpenFailure(
                code: code,
                attributes: PerfOpening.dummy,
                event: "the target",
                target: target,
                kernel: kernel,
                devices: devices
            ).error
        }
        let who = "uid \(identity.uid)"
        let paranoid = kernel.paranoid ?? 0
        guard let tid = target.thread else {
            return PfmError(
                code,
                "perf_event_paranoid is \(paranoid): \(who) may not monitor whole CPUs",
                remedy: .gainRight(paranoid: "0 or less")
            )
        }
        guard paranoid <= 2 else {
            return PfmError(
                code,
                "perf_event_paranoid is \(paranoid): \(who) may not monitor anything",
                hint: "it takes CAP_PERFMON or a value of 2 or less"
            )
        }
        let owner: UInt32? = ThreadStatus(ofThread: tid)?.number("Uid")
        return owner == identity.uid
            ? PfmError(
                .notPermitted,
                "thread \(tid) runs a program that \(who) may not inspect",
                hint: "set-user-id and unreadable programs belong to root in this respect"
            )
            : PfmError(
                .notPermitted,
                "thread \(tid) belongs to \(owner.map { "uid \($0)" } ?? "another user"), so \(who) may not monitor it",
                hint: "it takes CAP_PERFMON"
            )
    }

    private func refusal(
        _ code: Errno,
        _ identity: ClientIdentity,
        _ attr: perf_event_attr,
        _ target: Target,
        _ selection: EventSelection
    ) -> PfmError {
        let event = names.name(of: selection, attr)
        guard code == .permissionDenied || code == .notPermitted else {
            return PerfOpenFailure(
                code: code,
                attributes: attr,
                event: event,
                target: target,
                kernel: kernel,
                devices: devices
            ).error
        }
        let setting = "perf_event_paranoid is \(kernel.paranoid ?? 0)"
        let who = "uid \(identity.uid)"
        if attr.type == PERF_TYPE_TRACEPOINT.rawValue {
            return PfmError(
                code,
                "\(setting): \(who) may not count tracepoints ('\(event)')",
                remedy: .gainRight(paranoid: "-1")
            )
        }
        if attr.exclude_kernel == 0 {
            return PfmError(
                code,
                "\(setting): \(who) may not count in kernel mode ('\(event)')",
                hint: "count in user mode only (\(event):u), or have the value lowered to 1"
            )
        }
        return PfmError(
            code,
            "\(setting): \(who) may not count '\(event)'",
            hint: "it takes CAP_PERFMON"
        )
    }
}
