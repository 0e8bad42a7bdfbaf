internal import PerfmonModel
internal import SystemPackage

/// What users have taken of one thing that is limited.
///
/// A charge goes back to the user it was made to, whoever gives the thing back.
struct Ledger {
    /// What was taken, and on whose account.
    struct Charge {
        let uid: UInt32
        fileprivate(set) var amount = 0

        /// A charge of nothing yet.
        init(uid: UInt32) {
            self.uid = uid
        }
    }

    /// The words of a refusal.
    struct Words: Sendable {
        /// What is counted, in the plural.
        let things: String
        /// The limits of all and of one user.
        let limit: LimitKind
        let userLimit: LimitKind
        /// The errno when there is no more in all, and when the user may have no more.
        let code: Errno
        let userCode: Errno
        /// What frees some.
        let freeing: String
    }

    private let words: Words
    /// What all have taken.
    private(set) var total = 0
    private var ofUsers = 0
    private var users: [UInt32: Int] = [:]

    init(_ words: Words) {
        self.words = words
    }

    /// What one user has taken.
    func used(by uid: UInt32) -> Int {
        users[uid] ?? 0
    }

    /// Takes something for a user.
    ///
    /// - Throws: the words' errno with used and maximum.
    mutating func take(
        _ amount: Int,
        for uid: UInt32,
        within limit: Limit,
        _ administrators: Set<UInt32>
    ) throws(PfmError) -> Charge {
        var charge = Charge(uid: uid)
        try change(&charge, to: amount, within: limit, administrators)
        return charge
    }

    /// Makes a charge larger, if the limits allow that, or smaller.
    mutating func change(
        _ charge: inout Charge,
        to amount: Int,
        within limit: Limit,
        _ administrators: Set<UInt32>
    ) throws(PfmError) {
        let isUser = !administrators.contains(charge.uid)
        if amount > charge.amount {
            let more = amount - charge.amount
            try require(more, for: charge.uid, isUser: isUser, limit)
        }
        add(amount - charge.amount, for: charge.uid, isUser: isUser)
        charge.amount = amount
    }

    /// Gives a charge back.
    mutating func release(_ charge: Charge, _ administrators: Set<UInt32>) {
        add(-charge.amount, for: charge.uid, isUser: !administrators.contains(charge.uid))
    }

    private mutating func add(_ amount: Int, for uid: UInt32, isUser: Bool) {
        total += amount
        if isUser { ofUsers += amount }
        let rest = used(by: uid) + amount
        users[uid] = rest == 0 ? nil : rest
    }

    private func require(
        _ more: Int,
        for uid: UInt32,
        isUser: Bool,
        _ limit: Limit
    ) throws(PfmError) {
        let asked = more == 1 ? "" : ", and \(more) more are needed"
        if isUser, !Self.fits(more, used(by: uid), limit.ofUser) {
            throw PfmError(
                words.userCode,
                "uid \(uid) has \(used(by: uid)) \(words.things) and may have "
                    + "\(limit.ofUser)\(asked)",
                remedy: .raise(words.userLimit, or: words.freeing)
            )
        }
        guard Self.fits(more, total, limit.total) else {
            throw PfmError(
                words.code,
                "there are \(total) \(words.things) and the limit is \(limit.total)\(asked)",
                remedy: .raise(words.limit, or: words.freeing)
            )
        }
        if isUser, !Self.fits(more, ofUsers, limit.ofUsers) {
            throw PfmError(
                words.code,
                "users have \(ofUsers) \(words.things) together and may have "
                    + "\(limit.ofUsers)\(asked); the rest is kept for root",
                remedy: .raise(words.limit, or: words.freeing)
            )
        }
    }

    private static func fits(_ more: Int, _ used: Int, _ limit: Int) -> Bool {
        more <= limit - min(used, limit)
    }
}
