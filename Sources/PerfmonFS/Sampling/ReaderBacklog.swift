/// What waits in the daemon for readers of samples who are behind, by user: a reader that never
/// reads must not take the memory of a machine, and a hundred of them not a hundred times as much.
final class ReaderBacklog {
    private var users: [UInt32: Int] = [:]

    /// Bytes that may wait for all readers of one user.
    static let limit = 1 << 24

    /// Whether more may be kept for a user.
    func hasRoom(for uid: UInt32) -> Bool {
        (users[uid] ?? 0) < Self.limit
    }

    /// Notes that more, or with a negative number less, waits for a user.
    func change(by bytes: Int, for uid: UInt32) {
        let rest = (users[uid] ?? 0) + bytes
        users[uid] = rest == 0 ? nil : rest
    }
}
