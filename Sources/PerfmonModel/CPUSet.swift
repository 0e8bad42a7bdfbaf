internal import LinuxSupport

/// Numbers of CPUs, in ascending order.
package struct CPUSet: Sendable, Hashable {
    private let numbers: [Int]

    package init(_ numbers: some Sequence<Int>) {
        self.numbers = Set(numbers).sorted()
    }

    package func contains(_ number: Int) -> Bool {
        numbers.contains(number)
    }
}

extension CPUSet: ExpressibleByArrayLiteral {
    package init(arrayLiteral numbers: Int...) {
        self.init(numbers)
    }
}

extension CPUSet: RandomAccessCollection {
    package var startIndex: Int { numbers.startIndex }
    package var endIndex: Int { numbers.endIndex }
    package subscript(position: Int) -> Int { numbers[position] }
}

extension CPUSet: CustomStringConvertible {
    /// As the kernel writes it: `0-3,8`; `none` when there are none.
    package var description: String {
        numbers.isEmpty ? "none" : CPUNumbers.text(numbers)
    }
}
