extension TextBuffer {
    /// Appends a number in decimal.
    mutating func append(_ number: some FixedWidthInteger) {
        if number < 0 {
            append(byte: UInt8(ascii: "-"))
        }
        append(magnitude: UInt64(truncatingIfNeeded: number.magnitude))
    }

    /// Appends a number in decimal and ends the line.
    mutating func append(line number: some FixedWidthInteger) {
        append(number)
        newline()
    }

    /// Appends a text and ends the line.
    mutating func append(line text: String) {
        append(text)
        newline()
    }

    /// Appends `0x` and the number in lower-case hexadecimal, with at least `digits` digits.
    mutating func append(hex number: some FixedWidthInteger, digits: Int = 1) {
        append("0x")
        append(bareHex: number, digits: digits)
    }

    /// Appends the number in lower-case hexadecimal without a prefix.
    mutating func append(bareHex number: some FixedWidthInteger, digits: Int = 1) {
        let value = UInt64(truncatingIfNeeded: number)
        let needed = max((64 - value.leadingZeroBitCount + 3) / 4, min(max(digits, 1), 16))
        reserve(needed)
        for position in stride(from: needed - 1, through: 0, by: -1) {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(4 * position)) & 0xf
            append(byte: digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    /// Appends a number of hundredths as a decimal with two digits behind the point: 10000 is
    /// `100.00`.
    mutating func append(hundredths number: UInt64) {
        append(magnitude: number / 100)
        append(byte: UInt8(ascii: "."))
        append(byte: UInt8(ascii: "0") + UInt8(number / 10 % 10))
        append(byte: UInt8(ascii: "0") + UInt8(number % 10))
    }

    /// Appends a number in decimal behind as many blanks as make it `width` wide.
    mutating func append(_ number: some FixedWidthInteger, width: Int) {
        let start = count
        append(number)
        let length = count - start
        if length < width {
            truncate(to: start)
            pad(width - length)
            append(number)
        }
    }

    /// Appends a text and as many blanks as make it `width` wide.
    mutating func append(_ text: String, width: Int) {
        let start = count
        append(text)
        pad(width - (count - start))
    }

    private mutating func pad(_ blanks: Int) {
        append(UInt8(ascii: " "), times: blanks)
    }

    private mutating func append(magnitude: UInt64) {
        var digits = 1
        var power: UInt64 = 10
        // 10^19 is the largest power of ten that UInt64 holds: 20 digits need no larger one.
        while digits < 20 && magnitude >= power {
            digits += 1
            power = power &* 10
        }
        append(digits: digits, of: magnitude)
    }
}
