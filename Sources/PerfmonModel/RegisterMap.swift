/// Values by register number: a set of numbers, and the values in their order.
///
/// Every read of a counter looks some of these up. Counting bits finds a value in a few
/// instructions, where a dictionary would have to hash.
package struct RegisterMap<Value> {
    /// The registers that have a value.
    package private(set) var keys: RegisterSet = []
    private var stored: [Value] = []

    /// The value of a register; nil when it has none. Numbers beyond the limit never have one.
    package subscript(_ number: Int) -> Value? {
        get {
            keys.contains(number) ? stored[keys.rank(of: number)] : nil
        }
        set {
            let isHeld = keys.contains(number)
            guard let newValue else {
                guard isHeld else { return }
                stored.remove(at: keys.rank(of: number))
                keys.remove(number)
                return
            }
            if isHeld {
                stored[keys.rank(of: number)] = newValue
            } else if keys.insert(number).inserted {
                stored.insert(newValue, at: keys.rank(of: number))
            }
        }
    }

    /// Changes the value of a register where it is; does nothing when it has none.
    package mutating func update(_ number: Int, _ change: (inout Value) -> Void) {
        guard keys.contains(number) else { return }
        change(&stored[keys.rank(of: number)])
    }

    /// Changes all values.
    package mutating func updateAll(_ change: (inout Value) -> Void) {
        for index in stored.indices { change(&stored[index]) }
    }

    /// The values in the order of their registers.
    package var values: [Value] { stored }
}

extension RegisterMap: Sequence {
    /// Numbers and values in ascending order of the numbers.
    package func makeIterator() -> some IteratorProtocol<(key: Int, value: Value)> {
        zip(keys, stored).lazy.map { (key: $0, value: $1) }.makeIterator()
    }
}

extension RegisterMap: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (Int, Value)...) {
        for (number, value) in elements { self[number] = value }
    }
}
