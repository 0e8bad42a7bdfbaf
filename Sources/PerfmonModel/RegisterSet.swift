/// The limits of perfmon2's register numbering.
package enum RegisterLimits {
    /// Registers of one kind that the interface can name (`PFM_MAX_PMCS`, `PFM_MAX_PMDS`).
    package static let count = 320

    /// 64-bit words of a vector over the hardware PMDs (`PFM_HW_PMD_BV`), as messages carry it.
    package static let hardwareWords = 4
}

/// A vector of register numbers from 0 to 319, laid out as in the binary interface: register n is
/// bit n mod 64 of word n / 64 (`PFM_PMC_BV`, `PFM_PMD_BV`).
///
/// Numbers beyond the limit are never members; inserting one changes nothing.
package struct RegisterSet: SetAlgebra, Hashable, Sendable {
    package typealias Element = Int

    @usableFromInline var words: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)

    @inlinable package init() {}

    /// Word `index` of the vector in the binary interface; 0 beyond the last.
    @inlinable package subscript(word index: Int) -> UInt64 {
        @inline(__always) get {
            switch index {
            case 0: words.0
            case 1: words.1
            case 2: words.2
            case 3: words.3
            case 4: words.4
            default: 0
            }
        }
        set {
            switch index {
            case 0: words.0 = newValue
            case 1: words.1 = newValue
            case 2: words.2 = newValue
            case 3: words.3 = newValue
            case 4: words.4 = newValue
            default: break
            }
        }
    }

    @inlinable package func contains(_ member: Int) -> Bool {
        member >= 0 && self[word: member / 64] & (1 << UInt64(member % 64)) != 0
    }

    /// How many members are smaller than a number of this set's range.
    @inlinable package func rank(of number: Int) -> Int {
        var rank = (self[word: number / 64] & ((1 << UInt64(number % 64)) - 1)).nonzeroBitCount
        for index in 0..<number / 64 { rank += self[word: index].nonzeroBitCount }
        return rank
    }

    @discardableResult
    @inlinable package mutating func insert(_ member: Int) -> (
        inserted: Bool, memberAfterInsert: Int
    ) {
        let isNew = !contains(member) && (0..<RegisterLimits.count).contains(member)
        if isNew { self[word: member / 64] |= 1 << UInt64(member % 64) }
        return (isNew, member)
    }

    @discardableResult
    @inlinable package mutating func remove(_ member: Int) -> Int? {
        guard contains(member) else { return nil }
        self[word: member / 64] &= ~(1 << UInt64(member % 64))
        return member
    }

    @discardableResult
    @inlinable package mutating func update(with member: Int) -> Int? {
        insert(member).inserted ? nil : member
    }

    @inlinable package mutating func formUnion(_ other: RegisterSet) {
        combine(other, |)
    }

    @inlinable package mutating func formIntersection(_ other: RegisterSet) {
        combine(other, &)
    }

    @inlinable package mutating func formSymmetricDifference(_ other: RegisterSet) {
        combine(other, ^)
    }

    @inlinable package func union(_ other: RegisterSet) -> RegisterSet {
        var result = self
        result.formUnion(other)
        return result
    }

    @inlinable package func intersection(_ other: RegisterSet) -> RegisterSet {
        var result = self
        result.formIntersection(other)
        return result
    }

    @inlinable package func symmetricDifference(_ other: RegisterSet) -> RegisterSet {
        var result = self
        result.formSymmetricDifference(other)
        return result
    }

    @inlinable package static func == (left: RegisterSet, right: RegisterSet) -> Bool {
        left.words == right.words
    }

    @inlinable package func hash(into hasher: inout Hasher) {
        for index in 0..<5 { hasher.combine(self[word: index]) }
    }

    private mutating func combine(
        _ other: RegisterSet,
        _ operation: (UInt64, UInt64) -> UInt64
    ) {
        for index in 0..<5 {
            self[word: index] = operation(self[word: index], other[word: index])
        }
    }
}

extension RegisterSet: Sequence {
    /// The members in ascending order.
    package struct Iterator: IteratorProtocol {
        private var rest: RegisterSet
        private var index = 0

        init(_ set: RegisterSet) {
            rest = set
        }

        package mutating func next() -> Int? {
            while index < 5 {
                let word = rest[word: index]
                if word != 0 {
                    let bit = word.trailingZeroBitCount
                    rest[word: index] = word & (word - 1)
                    return 64 * index + bit
                }
                index += 1
            }
            return nil
        }
    }

    @inlinable package func makeIterator() -> Iterator {
        Iterator(self)
    }

    /// The lowest member; nil when there is none.
    package var first: Int? {
        var iterator = makeIterator()
        return iterator.next()
    }
}

extension RegisterSet: CustomStringConvertible {
    /// The members as ranges, such as `0-3,8`; `none` when there are none.
    package var description: String {
        var parts: [String] = []
        var first = -1
        var last = -2
        for member in self {
            if member != last + 1 {
                if last >= 0 { parts.append(Self.range(first, last)) }
                first = member
            }
            last = member
        }
        if last >= 0 { parts.append(Self.range(first, last)) }
        return parts.isEmpty ? "none" : parts.joined(separator: ",")
    }

    private static func range(_ first: Int, _ last: Int) -> String {
        first == last ? "\(first)" : "\(first)-\(last)"
    }
}
