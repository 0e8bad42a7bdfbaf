/// Numbers as digits, for every text that is made.
package enum Digits {
    /// Decimal digits that a number has.
    @inlinable
    package static func decimals(_ number: UInt64) -> Int {
        var digits = 1
        var power: UInt64 = 10
        // 10^19 is the largest power of ten that UInt64 holds: 20 digits need no larger one.
        while digits < 20 && number >= power {
            digits += 1
            power = power &* 10
        }
        return digits
    }

    /// Writes the last `digits` decimal digits of a number.
    @inlinable
    package static func write(
        decimal number: UInt64,
        digits: Int,
        to start: UnsafeMutablePointer<UInt8>
    ) {
        var rest = number
        var position = digits
        while position > 0 {
            position -= 1
            start[position] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    /// Hexadecimal digits that a number has.
    @inlinable
    package static func hexadecimals(_ number: UInt64) -> Int {
        max(1, (67 - number.leadingZeroBitCount) / 4)
    }

    /// Writes the last `digits` digits of a number in lower-case hexadecimal.
    @inlinable
    package static func write(
        hex number: UInt64,
        digits: Int,
        to start: UnsafeMutablePointer<UInt8>
    ) {
        for position in 0..<digits {
            let shift = UInt64(4 * (digits - 1 - position))
            let digit = UInt8(truncatingIfNeeded: number >> shift) & 0xf
            start[position] = digit < 10 ? 0x30 + digit : 0x57 + digit
        }
    }
}

extension [UInt8] {
    /// Appends a number in decimal.
    package mutating func append(decimal number: UInt64) {
        let digits = Digits.decimals(number)
        extend(by: digits) { Digits.write(decimal: number, digits: digits, to: $0) }
    }

    /// Appends a number in lower-case hexadecimal, without a prefix.
    package mutating func append(hex number: UInt64) {
        let digits = Digits.hexadecimals(number)
        extend(by: digits) { Digits.write(hex: number, digits: digits, to: $0) }
    }

    /// Appends a number as it lies in memory, lowest byte first.
    package mutating func append<Number: FixedWidthInteger>(number: Number) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    private mutating func extend(by length: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        let start = count
        append(contentsOf: repeatElement(0, count: length))
        withUnsafeMutableBufferPointer { buffer in
            if let base = buffer.baseAddress { fill(base + start) }
        }
    }
}
