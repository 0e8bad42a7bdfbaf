import LinuxSupport

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
        append(hexDigits: max(Digits.hexadecimals(value), min(digits, 16)), of: value)
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
        append(digits: Digits.decimals(magnitude), of: magnitude)
    }
}
