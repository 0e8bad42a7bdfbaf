/// The order in which requests arrive, and who sent one lately: a thread that asks again has seen
/// the reply before.
struct ArrivalOrder {
    /// Requests so far, of those that are counted.
    private(set) var count: UInt64 = 0
    private var lately: [(thread: Int32, arrival: UInt64)]

    private static let places = 256

    init() {
        lately = Array(repeating: (0, 0), count: Self.places)
    }

    /// Counts a request of a thread; returns its number.
    @discardableResult
    mutating func add(_ thread: Int32) -> UInt64 {
        count += 1
        lately[Self.place(of: thread)] = (thread, count)
        return count
    }

    /// Whether a thread is known to have sent a request after the one of a number.
    func has(_ thread: Int32, askedSince arrival: UInt64) -> Bool {
        let last = lately[Self.place(of: thread)]
        return last.thread == thread && last.arrival > arrival
    }

    private static func place(of thread: Int32) -> Int {
        Int(UInt32(bitPattern: thread)) % places
    }
}
