/// How fast notifications come, by user, and how long the next one has to wait.
///
/// A notification costs the daemon a system call or ten, and a counter that overflows at every
/// event would keep it busy for one user alone. So each user has a rate; above it the next
/// notification waits its turn. A tenth of a second's notifications may come at once.
struct NotificationPace {
    /// The pace of one user, or of all.
    private struct Meter {
        /// When the last notification would have come, had all come evenly.
        var due: UInt64 = 0
        /// The second that is counted, and how many came in it and in the one before.
        var second: UInt64 = 0
        var count = 0
        var countBefore = 0

        mutating func charge(at now: UInt64, perSecond rate: Int) {
            due = max(due, now) + NotificationPace.second / UInt64(max(1, rate))
            turn(to: now / NotificationPace.second)
            count += 1
        }

        func delay(at now: UInt64, perSecond rate: Int) -> UInt64 {
            let interval = NotificationPace.second / UInt64(max(1, rate))
            let start = due - min(due, max(NotificationPace.second / 10, interval))
            return start > now ? start - now : 0
        }

        /// Notifications in the last second that is over, or in this one if there are more already.
        mutating func used(at now: UInt64) -> Int {
            turn(to: now / NotificationPace.second)
            return max(count, countBefore)
        }

        private mutating func turn(to new: UInt64) {
            guard new != second else { return }
            countBefore = new == second + 1 ? count : 0
            count = 0
            second = new
        }
    }

    private var users: [UInt32: Meter] = [:]
    private var ofUsers = Meter()
    private var all = Meter()
    /// Restarts and switches that had to wait, by user.
    private var deferrals: [UInt32: UInt64] = [:]

    private static let second: UInt64 = 1_000_000_000
    /// Users that are remembered before the idle ones are forgotten.
    private static let knownUsers = 256

    /// Counts a notification of a user.
    mutating func charge(_ uid: UInt32, at now: UInt64, _ limits: Limits) {
        all.charge(at: now, perSecond: limits.notifications.total)
        if !limits.administrators.contains(uid) {
            ofUsers.charge(at: now, perSecond: limits.notifications.ofUsers)
        }
        if users.count >= Self.knownUsers, users[uid] == nil {
            users = users.filter { $0.value.due + 2 * Self.second > now }
        }
        users[uid, default: Meter()].charge(at: now, perSecond: limits.notifications.ofUser)
    }

    /// Nanoseconds that a user's next notification has to wait; 0: none.
    func delay(of uid: UInt32, at now: UInt64, _ limits: Limits) -> UInt64 {
        let rate = limits.notifications
        let delay = all.delay(at: now, perSecond: rate.total)
        guard !limits.administrators.contains(uid) else { return delay }
        let own = users[uid]?.delay(at: now, perSecond: rate.ofUser) ?? 0
        return max(delay, own, ofUsers.delay(at: now, perSecond: rate.ofUsers))
    }

    /// Notifications of a user in the last second.
    mutating func used(by uid: UInt32, at now: UInt64) -> Int {
        users[uid]?.used(at: now) ?? 0
    }

    /// Notifications of all users in the last second.
    mutating func used(at now: UInt64) -> Int {
        all.used(at: now)
    }

    mutating func countDeferral(of uid: UInt32) {
        deferrals[uid, default: 0] += 1
    }

    /// Restarts and switches of a user that had to wait, since the mount.
    func deferrals(of uid: UInt32) -> UInt64 {
        deferrals[uid] ?? 0
    }
}
