/// Numbers as event names hold them: decimal, or hexadecimal behind `0x`.
enum KernelNumber {
    /// The value; nil when the text is not wholly a number of 64 bits.
    static func parse(_ text: some StringProtocol) -> UInt64? {
        // `UInt64.init` would take a sign as well.
        guard let first = text.first, first.isASCII, first.isNumber else { return nil }
        if text.hasPrefix("0x") || text.hasPrefix("0X") {
            let digits = text.dropFirst(2)
            guard digits.first?.isHexDigit == true else { return nil }
            return UInt64(digits, radix: 16)
        }
        return UInt64(text, radix: 10)
    }

    /// `0x` and the digits.
    static func hex(_ value: UInt64) -> String {
        "0x" + String(value, radix: 16)
    }
}
