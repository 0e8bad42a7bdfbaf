/// Values by register number: a set of numbers, and the values in their order.
///
/// Every read of a counter looks some of these up. Counting bits finds a value in a few
/// instructions, where a dictionary would have to hash.
package struct RegisterMap<Value> {
    @usableFromInline var held: RegisterSet = []
    @usableFromInline var stored: [Value] = []

    /// The registers that have a value.
    @inlinable package var keys: RegisterSet { held }

    /// The value of a register; nil when it has none. Numbers beyond the limit never have one.
    @inlinable package subscript(_ number: Int) -> Value? {
        get {
            held.contains(number) ? stored[held.rank(of: number)] : nil
        }
        set {
            let isHeld = held.contains(number)
            guard let newValue else {
                guard isHeld else { return }
                stored.remove(at: held.rank(of: number))
                held.remove(number)
                return
            }
            if isHeld {
                stored[held.rank(of: number)] = newValue
            } else if held.insert(number).inserted {
                stored.insert(newValue, at: held.rank(of: number))
            }
        }
    }

    /// Changes the value of a register where it is; does nothing when it has none.
    @inlinable package mutating func update(_ number: Int, _ change: (inout Value) -> Void) {
        guard held.contains(number) else { return }
        change(&stored[held.rank(of: number)])
    }

    /// Changes all values.
    @inlinable package mutating func updateAll(_ change: (inout Value) -> Void) {
        for index in stored.indices { change(&stored[index]) }
    }

    /// The values in the order of their registers.
    @inlinable package var values: [Value] { stored }
}

extension RegisterMap: Sequence {
    /// Numbers and values in ascending order of the numbers.
    @inlinable package func makeIterator() -> some IteratorProtocol<(key: Int, value: Value)> {
        zip(held, stored).lazy.map { (key: $0, value: $1) }.makeIterator()
    }
}

extension RegisterMap: ExpressibleByDictionaryLiteral {
    @inlinable package init(dictionaryLiteral elements: (Int, Value)...) {
        for (number, value) in elements { self[number] = value }
    }
}
