internal import CLinux
internal import Glibc
internal import Logging
internal import PerfmonModel

/// Keeping notifications to their pace: a context whose user has had his share stays masked a
/// little longer. Nothing is lost by that, as nothing is counted while it is masked.
extension Engine {
    /// A descriptor that polls readable when it is the turn of a context that waits; -1 without.
    package var paceDescriptor: Int32 { paceTimer.raw }

    /// Counts a notification of a context's user.
    func chargeNotification(of context: Context) {
        accounts.pace.charge(context.payer, at: paceClock(), limits)
    }

    /// Has a masked context wait if its user has had his share of notifications.
    ///
    /// - Returns: nanoseconds that it waits; nil if it need not.
    func mustWait(_ context: Context) -> UInt64? {
        let delay = accounts.pace.delay(of: context.payer, at: paceClock(), limits)
        guard delay > 0, paceTimer.raw >= 0 else { return nil }
        accounts.pace.countDeferral(of: context.payer)
        accounts.waiting[context.serial] = context
        if accounts.waiting.count == 1 { paceTimer.set(in: delay) }
        return delay
    }

    func isWaiting(_ context: Context) -> Bool {
        accounts.waiting[context.serial] != nil
    }

    func stopWaiting(_ context: Context) {
        accounts.waiting[context.serial] = nil
    }

    /// Lets those go on whose turn it is. The event thread calls it when `paceDescriptor` is
    /// readable.
    package func resumeWaiting() {
        paceTimer.clear()
        let now = paceClock()
        var next: UInt64?
        for (serial, context) in accounts.waiting.sorted(by: { $0.key < $1.key }) {
            let delay = accounts.pace.delay(of: context.payer, at: now, limits)
            guard delay == 0 else {
                next = min(next ?? delay, delay)
                continue
            }
            accounts.waiting[serial] = nil
            context.endWait()
        }
        if let next { paceTimer.set(in: next) }
    }

    /// What is said of a command that waits so many nanoseconds.
    func noteOfWait(_ context: Context, _ delay: UInt64) -> CommandNote {
        let uid = context.payer
        let rate = limits.notifications
        let maximum = limits.administrators.contains(uid) ? rate.total : rate.ofUser
        return .deferred(milliseconds: delay / 1_000_000 + 1, uid: uid, perSecond: maximum)
    }
}

/// A timer on the clock that no one can set.
final class PaceTimer {
    let raw: Int32

    init() {
        raw = clinux_timer_create()
    }

    deinit {
        if raw >= 0 { close(raw) }
    }

    func set(in nanoseconds: UInt64) {
        _ = clinux_timer_set(raw, max(1, nanoseconds), 0)
    }

    /// Takes note of an expiry, so that it is not reported again.
    func clear() {
        var count: UInt64 = 0
        _ = read(raw, &count, 8)
    }
}

extension Context {
    /// What a context is charged with, and to whom.
    struct Charges {
        var context: Ledger.Charge?
        var sets: Ledger.Charge?
        /// Of the user who loaded it.
        var descriptors: Ledger.Charge?
        var notice: Ledger.Charge?
    }

    /// Who pays for notifications: who loaded the context.
    var payer: UInt32 { charges.descriptors?.uid ?? uid }

    /// Does what had to wait.
    func endWait() {
        guard let mask = attachment?.mask else { return }
        guard mask.waitsForSwitch else { return resumeAfterOverflow() }
        activeSet.switchIsPending = false
        attachment?.mask = nil
        let successor = activeSet.successor
        do throws(PfmError) {
            try activate(successor, resets: .short)
        } catch {
            engine.log.error("context \(name): cannot switch sets: \(error)")
        }
        if isStarted { resumeHardware(activeSet) }
    }
}
