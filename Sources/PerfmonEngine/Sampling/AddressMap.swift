/// What lies where in an address space. What is put in last replaces what was there before.
///
/// Pieces are kept sorted in short rows, so that a process that maps a hundred thousand times costs
/// no more time for each of them than any other.
package struct AddressMap<Content> {
    package struct Piece {
        package var first: UInt64
        /// The last address that belongs to it.
        package var last: UInt64
        package var content: Content
    }

    private static var longestRow: Int { 256 }

    /// Not empty, ascending, without overlaps.
    private var rows: [[Piece]] = []
    package private(set) var count = 0

    package init() {}

    /// The piece that an address lies in.
    package func piece(at address: UInt64) -> Piece? {
        let place = place(of: address)
        guard place.row < rows.count else { return nil }
        let piece = rows[place.row][place.index]
        return piece.first <= address ? piece : nil
    }

    /// Whether pieces of which a condition holds cover a range without a gap.
    package func isCovered(
        _ first: UInt64,
        through last: UInt64,
        where holds: (Piece) -> Bool
    ) -> Bool {
        var place = place(of: first)
        var next = first
        while place.row < rows.count {
            let piece = rows[place.row][place.index]
            guard piece.first <= next, holds(piece) else { return false }
            if piece.last >= last { return true }
            next = piece.last + 1
            place = behind(place)
        }
        return false
    }

    /// Whether a range touches a piece of which a condition holds.
    package func isTouched(
        _ first: UInt64,
        through last: UInt64,
        where holds: (Piece) -> Bool = { _ in true }
    ) -> Bool {
        var place = place(of: first)
        while place.row < rows.count, rows[place.row][place.index].first <= last {
            if holds(rows[place.row][place.index]) { return true }
            place = behind(place)
        }
        return false
    }

    /// Puts a piece over what is there.
    package mutating func insert(_ first: UInt64, through last: UInt64, _ content: Content) {
        guard first <= last else { return }
        let begin = place(of: first)
        var end = begin
        var fresh: [Piece] = []
        var rest: Piece?
        while end.row < rows.count {
            let piece = rows[end.row][end.index]
            guard piece.first <= last else { break }
            if piece.first < first {
                fresh.append(Piece(first: piece.first, last: first - 1, content: piece.content))
            }
            if piece.last > last {
                rest = Piece(first: last + 1, last: piece.last, content: piece.content)
            }
            end = behind(end)
        }
        fresh.append(Piece(first: first, last: last, content: content))
        if let rest { fresh.append(rest) }
        replace(begin, end, with: fresh)
    }

    private struct Place {
        var row: Int
        var index: Int
    }

    /// Of the first piece that does not end before an address; behind the last row if there is
    /// none.
    private func place(of address: UInt64) -> Place {
        let row = rows.sortedIndex(fulfilling: { ($0.last?.last ?? 0) >= address })
        guard row < rows.count else { return Place(row: row, index: 0) }
        return Place(row: row, index: rows[row].sortedIndex(fulfilling: { $0.last >= address }))
    }

    private func behind(_ place: Place) -> Place {
        place.index + 1 < rows[place.row].count
            ? Place(row: place.row, index: place.index + 1)
            : Place(row: place.row + 1, index: 0)
    }

    private mutating func replace(_ begin: Place, _ end: Place, with fresh: [Piece]) {
        count += fresh.count
        guard begin.row < rows.count else {
            // Behind everything: into the last row, while there is room.
            if rows.isEmpty { rows.append([]) }
            rows[rows.count - 1] += fresh
            return split(rows.count - 1)
        }
        if begin.row == end.row {
            count -= end.index - begin.index
            rows[begin.row].replaceSubrange(begin.index..<end.index, with: fresh)
            return split(begin.row)
        }
        count -= rows[begin.row].count - begin.index
        rows[begin.row].replaceSubrange(begin.index..., with: fresh)
        if end.row < rows.count {
            count -= end.index
            rows[end.row].removeFirst(end.index)
        }
        let between = begin.row + 1..<end.row
        count -= rows[between].reduce(0) { $0 + $1.count }
        rows.removeSubrange(between)
        split(begin.row)
    }

    private mutating func split(_ row: Int) {
        guard rows[row].count > Self.longestRow else { return }
        let half = rows[row].count / 2
        let upper = Array(rows[row][half...])
        rows[row].removeSubrange(half...)
        rows.insert(upper, at: row + 1)
    }
}

extension AddressMap: Sendable where Content: Sendable {}
extension AddressMap.Piece: Sendable where Content: Sendable {}

extension Array {
    /// The index of the first element for which a condition holds that holds for all behind it.
    func sortedIndex(fulfilling holds: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
