/// How much of one thing there may be: in all, and of one user.
package struct Limit: Sendable, Equatable {
    package var total: Int
    /// Of a user who is not an administrator; nil: a quarter of the total.
    package var perUser: Int?

    package init(total: Int, perUser: Int? = nil) {
        self.total = total
        self.perUser = perUser
    }

    /// What one user may have.
    package var ofUser: Int { min(perUser ?? max(1, total / 4), total) }

    /// What users may have together. A sixteenth is kept for the administrator, who must be able to
    /// look after a mount that users have filled.
    package var ofUsers: Int { total - total / 16 }
}

/// Everything that is limited beside the memory of sampling buffers.
package struct Limits: Sendable, Equatable {
    /// Contexts that exist, charged to who made them.
    package var contexts = Limit(total: 100_000)
    /// Sets of all contexts, charged to who made the context.
    package var sets = Limit(total: 1_000_000)
    /// Descriptors that loaded contexts hold, charged to who loaded them. What the process may
    /// open (`RLIMIT_NOFILE`) limits them too.
    package var descriptors = Limit(total: .max)
    /// Notifications of a second, charged to who loaded the context.
    package var notifications = Limit(total: 10_000)
    /// Who may have all there is: root, and the user as whom the program runs.
    package var administrators: Set<UInt32> = [0]

    package init() {}
}
