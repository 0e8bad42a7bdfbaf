internal import CLinux
internal import Glibc
internal import LinuxSupport
package import PerfmonModel
internal import SystemPackage

/// What the engine charges to users, and what it refuses them.
extension Engine {
    /// The three ledgers, and what is known of the pace of notifications.
    struct Accounts {
        var contexts = Ledger(
            .init(
                things: "contexts",
                limit: .contexts,
                userLimit: .userContexts,
                code: .noSpace,
                userCode: .diskQuotaExceeded,
                freeing: "remove some"
            )
        )
        var sets = Ledger(
            .init(
                things: "event sets",
                limit: .sets,
                userLimit: .userSets,
                code: .noSpace,
                userCode: .diskQuotaExceeded,
                freeing: "remove some"
            )
        )
        var descriptors = Ledger(
            .init(
                things: "descriptors",
                limit: .descriptors,
                userLimit: .userDescriptors,
                code: .tooManyOpenFilesInSystem,
                userCode: .tooManyOpenFilesInSystem,
                freeing: "unload contexts"
            )
        )
        var pace = NotificationPace()
        /// Contexts whose restart or switch waits for its turn, by serial number.
        var waiting: [UInt64: Context] = [:]
    }

    /// Used and maximum of one limit.
    package struct Usage: Sendable, Equatable {
        package var kind: LimitKind
        package var used: UInt64
        package var maximum: UInt64
        /// Of notifications: how many had to wait their turn, since the mount.
        package var deferred: UInt64?
    }

    /// What all have of everything that is limited.
    package var usage: [Usage] {
        let descriptors = ProcessDescriptors.open
        return [
            Usage(.contexts, accounts.contexts.total, limits.contexts.total),
            Usage(.sets, accounts.sets.total, limits.sets.total),
            Usage(.descriptors, descriptors, ProcessDescriptors.maximum),
            Usage(.notifications, paceUsed(), limits.notifications.total),
            Usage(.setsOfContext, largestSetCount, options.maximumSets),
            Usage(
                kind: .bufferMemory,
                used: bufferMemoryInUse,
                maximum: controls.bufferMemoryMax
            ),
        ]
    }

    /// What one user has, and may have.
    package func usage(of uid: UInt32) -> [Usage] {
        func maximum(_ limit: Limit) -> Int {
            limits.administrators.contains(uid) ? limit.total : limit.ofUser
        }
        var pace = Usage(
            .userNotifications,
            accounts.pace.used(by: uid, at: paceClock()),
            maximum(limits.notifications)
        )
        pace.deferred = accounts.pace.deferrals(of: uid)
        return [
            Usage(.userContexts, accounts.contexts.used(by: uid), maximum(limits.contexts)),
            Usage(.userSets, accounts.sets.used(by: uid), maximum(limits.sets)),
            Usage(
                .userDescriptors,
                accounts.descriptors.used(by: uid),
                maximum(descriptorLimit)
            ),
            pace,
            Usage(
                kind: .userBufferMemory,
                used: bufferMemory.used(by: uid),
                maximum: options.userBufferMemory
            ),
        ]
    }

    /// Sets of the context that has most of them.
    private var largestSetCount: Int {
        contexts.values.reduce(0) { max($0, $1.sets.count) }
    }

    var limits: Limits { options.limits }

    private func paceUsed() -> Int { accounts.pace.used(at: paceClock()) }

    func paceClock() -> UInt64 { options.paceClock() }

    // MARK: contexts and sets

    /// Charges a context and its set 0 to who makes it.
    func chargeContext(to uid: UInt32) throws(PfmError) -> (Ledger.Charge, Ledger.Charge) {
        let administrators = limits.administrators
        let context = try accounts.contexts.take(
            1,
            for: uid,
            within: limits.contexts,
            administrators
        )
        do throws(PfmError) {
            let set = try accounts.sets.take(1, for: uid, within: limits.sets, administrators)
            return (context, set)
        } catch {
            accounts.contexts.release(context, administrators)
            throw error
        }
    }

    /// Charges a context's sets, as many as there will be, to who made the context.
    func chargeSets(_ count: Int, of context: Context) throws(PfmError) {
        guard let charge = context.charges.sets else { return }
        var changed = charge
        try accounts.sets.change(
            &changed,
            to: count,
            within: limits.sets,
            limits.administrators
        )
        context.charges.sets = changed
    }

    /// Gives back all that a context is charged with.
    func releaseCharges(of context: Context) {
        let administrators = limits.administrators
        if let charge = context.charges.context {
            accounts.contexts.release(charge, administrators)
        }
        if let charge = context.charges.sets { accounts.sets.release(charge, administrators) }
        releaseDescriptors(of: context)
        releaseNotice(of: context)
        context.charges = Context.Charges()
    }

    // MARK: descriptors

    /// What contexts may have of the descriptors that the process may open. Some are left for its
    /// own work, without which nothing could be unloaded any more.
    private var descriptorLimit: Limit {
        var limit = limits.descriptors
        limit.total = min(limit.total, Self.descriptorsForContexts)
        return limit
    }

    private static var descriptorsForContexts: Int {
        let maximum = ProcessDescriptors.maximum
        return maximum - min(64, maximum / 4)
    }

    /// - Throws: ENFILE when the process cannot open so many more.
    private func requireDescriptors(_ more: Int) throws(PfmError) {
        let open = ProcessDescriptors.open
        guard more > 0, open + more > Self.descriptorsForContexts else { return }
        let maximum = ProcessDescriptors.maximum
        throw PfmError(
            .tooManyOpenFilesInSystem,
            "pfmfs has \(open) descriptors open, \(more) more are needed, and the limit is "
                + "\(maximum), of which \(maximum - Self.descriptorsForContexts) are spare",
            remedy: .raise(.descriptors, or: "unload contexts")
        )
    }

    /// Charges the descriptors of a session to who loads it.
    func chargeDescriptors(_ count: Int, of context: Context, to uid: UInt32) throws(PfmError) {
        let limit = descriptorLimit
        var charge = context.charges.descriptors ?? Ledger.Charge(uid: uid)
        try requireDescriptors(count - charge.amount)
        try accounts.descriptors.change(&charge, to: count, within: limit, limits.administrators)
        context.charges.descriptors = charge
    }

    func releaseDescriptors(of context: Context) {
        stopWaiting(context)
        guard let charge = context.charges.descriptors else { return }
        accounts.descriptors.release(charge, limits.administrators)
        context.charges.descriptors = nil
    }

    /// Charges the descriptor by which a context signals a thread.
    func chargeNotice(of context: Context, to uid: UInt32) throws(PfmError) {
        guard context.charges.notice == nil else { return }
        try requireDescriptors(1)
        context.charges.notice = try accounts.descriptors.take(
            1,
            for: uid,
            within: descriptorLimit,
            limits.administrators
        )
    }

    func releaseNotice(of context: Context) {
        guard let charge = context.charges.notice else { return }
        accounts.descriptors.release(charge, limits.administrators)
        context.charges.notice = nil
    }
}

extension Engine.Usage {
    init(_ kind: LimitKind, _ used: Int, _ maximum: Int) {
        self.init(kind: kind, used: UInt64(max(0, used)), maximum: UInt64(max(0, maximum)))
    }
}
