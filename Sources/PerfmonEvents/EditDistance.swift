/// How far two names are apart: letters to insert, remove, replace or swap with their neighbour.
package enum EditDistance {
    /// The distance without regard to case; nil when it is more than `limit`.
    static func between(_ one: String, _ other: String, limit: Int) -> Int? {
        let a = one.utf8.map(Self.folded)
        let b = other.utf8.map(Self.folded)
        guard abs(a.count - b.count) <= limit else { return nil }
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        var current = last
        for i in 0..<a.count {
            current[0] = i + 1
            for j in 0..<b.count {
                var best = min(last[j + 1] + 1, current[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                current[j + 1] = best
            }
            if current.min() ?? 0 > limit { return nil }
            (beforeLast, last, current) = (last, current, beforeLast)
        }
        return last[b.count] <= limit ? last[b.count] : nil
    }

    /// How much of a name may be wrong for another to be suggested: a third of it.
    static func tolerance(for name: String) -> Int {
        min(max(1, name.utf8.count / 3), 4)
    }

    /// The candidates that resemble a name, nearest first, equally near ones in order of their
    /// bytes; at most `count`.
    package static func nearest(
        to name: String,
        in candidates: some Sequence<String>,
        count: Int = 4
    ) -> [String] {
        let limit = tolerance(for: name)
        return
            candidates
            .compactMap { candidate in
                between(name, candidate, limit: limit).map { (distance: $0, name: candidate) }
            }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .prefix(count)
            .map(\.name)
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }
}
