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
    /// - Throws: EACCES or EPERM as the kernel told, with the rule that decided.
    func authorise(
        _ identities: [ClientIdentity],
        _ request: AttachRequest,
        _ sets: [SetProgram]
    ) throws(PfmError) {
        try askAhead(identities, request, sets)
        for identity in identities where !identity.isTrusted {
            try authorise(identity, request, sets)
        }
    }

    /// Has all questions asked at once that the command will need an answer to, so that it waits
    /// but once.
    private func askAhead(
        _ identities: [ClientIdentity],
        _ request: AttachRequest,
        _ sets: [SetProgram]
    ) throws(PfmError) {
        guard answers.canPark else { return }
        var isKnown = true
        for identity in identities where !identity.isTrusted {
            if Self.needsVerdictOnTarget(request) {
                let attr = Self.questionOnTarget(request)
                isKnown = known(identity, attr, request.target) != nil && isKnown
            }
            guard !request.isDelegated else { continue }
            for counter in sets.flatMap(\.counters) {
                let attr = Self.question(try attributes.attributes(for: counter.selection))
                isKnown = known(identity, attr, request.target) != nil && isKnown
            }
        }
        if !isKnown { throw PfmError(answers.unanswered, Self.check) }
    }

    private func authorise(
        _ identity: ClientIdentity,
        _ request: AttachRequest,
        _ sets: [SetProgram]
    ) throws(PfmError) {
        try authoriseTarget(identity, request)
        guard !request.isDelegated else { return }
        var asked: [perf_event_attr] = []
        for program in sets {
            for counter in program.counters {
                let attr = Self.question(try attributes.attributes(for: counter.selection))
                guard !asked.contains(where: { Self.isSameQuestion($0, attr) }) else { continue }
                asked.append(attr)
                guard let code = try verdict(identity, attr, request.target) else { continue }
                throw PerfOpening.placed(
                    refusal(code, identity, attr, request.target, counter.selection),
                    program,
                    counter
                )
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
        guard Self.needsVerdictOnTarget(request) else { return }
        let attr = Self.questionOnTarget(request)
        guard let code = try verdict(identity, attr, request.target) else { return }
        if request.holdAtOverflow {
            var looking = PerfOpening.dummy
            looking.disabled = 1
            guard try verdict(identity, looking, request.target) != nil else {
                throw holdRefusal(code, identity, request.target)
            }
        }
        throw targetRefusal(code, identity, request.target)
    }

    private static func needsVerdictOnTarget(_ request: AttachRequest) -> Bool {
        if case .cpu = request.target { !request.isDelegated } else { true }
    }

    private static func questionOnTarget(_ request: AttachRequest) -> perf_event_attr {
        var attr = PerfOpening.dummy
        attr.disabled = 1
        if request.holdAtOverflow {
            // Makes the kernel ask for the right to trace, not only for the right to look.
            attr.sample_period = 1
            attr.sigtrap = 1
            attr.remove_on_exec = 1
        }
        return attr
    }

    private func holdRefusal(
        _ code: Errno,
        _ identity: ClientIdentity,
        _ target: Target
    ) -> PfmError {
        let scope = kernel.ptraceScope.map { ", and kernel.yama.ptrace_scope is \($0)" } ?? ""
        return PfmError(
            code,
            "uid \(identity.uid) may count \(Self.text(target)) but not trace it\(scope)",
            hint: "leave out 'notify_block'; to hold a thread takes the right to trace it"
        )
    }

    /// Checks a change of a loaded session, which keeps the rights of the client that loaded it.
    func authoriseChange(of session: PerfSession, to program: SetProgram) throws(PfmError) {
        // A session that keeps its ring has had its witness since it was loaded.
        if session.opening.askAgain != nil {
            _ = try witness(for: session.identities, session.request.target)
        }
        try authorise(session.identities, session.request, [program])
    }

    private func verdict(
        _ identity: ClientIdentity,
        _ attr: perf_event_attr,
        _ target: Target
    ) throws(PfmError) -> Errno? {
        guard let verdict = known(identity, attr, target) else {
            throw PfmError(answers.unanswered, Self.check)
        }
        return try verdict.get()
    }

    private static let check = "the permission check"

    /// The kernel's verdict, if it is known; otherwise it is asked for.
    private func known(
        _ identity: ClientIdentity,
        _ attr: perf_event_attr,
        _ target: Target
    ) -> Result<Errno?, PfmError>? {
        let question = VerdictQuestion(identity, attr, tid: target.tid, cpu: target.cpu)
        return answers.known(question) {
            Lookup(.waiting, lane: UInt64(identity.uid), limit: VerdictQuestion.limit) {
                question.ask()
            }
        }
    }

    /// The parts of an attribute that permission depends on.
    private static func question(_ attr: perf_event_attr) -> perf_event_attr {
        var attr = attr
        attr.disabled = 1
        return attr
    }

    private static func isSameQuestion(_ one: perf_event_attr, _ other: perf_event_attr) -> Bool {
        withUnsafeBytes(of: one) { one in
            withUnsafeBytes(of: other) { one.elementsEqual($0) }
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
                pmus: pmus
            ).error
        }
        let who = "uid \(identity.uid)"
        let paranoid = kernel.paranoid ?? 0
        switch target {
        case .cpu:
            return PfmError(
                code,
                "perf_event_paranoid is \(paranoid): \(who) may not monitor whole CPUs",
                hint: "it takes CAP_PERFMON, the group of sys_group, or a value of 0 or less"
            )
        case .thread where paranoid > 2:
            return PfmError(
                code,
                "perf_event_paranoid is \(paranoid): \(who) may not monitor anything",
                hint: "it takes CAP_PERFMON or a value of 2 or less"
            )
        case .thread(let tid):
            let owner =
                kernel.status(ofThread: tid, field: "Uid")?
                .split(whereSeparator: \.isWhitespace).first ?? "another user"
            return owner == String(identity.uid)
                ? PfmError(
                    .notPermitted,
                    "thread \(tid) runs a program that \(who) may not inspect",
                    hint: "set-user-id and unreadable programs belong to root in this respect"
                )
                : PfmError(
                    .notPermitted,
                    "thread \(tid) belongs to uid \(owner), so \(who) may not monitor it",
                    hint: "it takes CAP_PERFMON"
                )
        }
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
                pmus: pmus
            ).error
        }
        let setting = "perf_event_paranoid is \(kernel.paranoid ?? 0)"
        let who = "uid \(identity.uid)"
        if attr.type == PERF_TYPE_TRACEPOINT.rawValue {
            return PfmError(
                code,
                "\(setting): \(who) may not count tracepoints ('\(event)')",
                hint: "it takes CAP_PERFMON, the group of sys_group, or a value of -1"
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
