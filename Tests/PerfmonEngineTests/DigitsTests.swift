@testable import LinuxSupport
import Testing

/// Numbers as text, against Swift's own.
@Suite
struct DigitsTests {
    @Test("every length of a number, in both bases")
    func lengths() {
        var numbers: [UInt64] = [0, 1, 9, 10, 15, 16, .max, .max - 1]
        var power: UInt64 = 1
        while true {
            numbers += [power - 1, power, power + 1]
            let (next, isTooLarge) = power.multipliedReportingOverflow(by: 10)
            if isTooLarge { break }
            power = next
        }
        for shift in 0..<64 { numbers += [1 << UInt64(shift), (1 << UInt64(shift)) - 1] }
        for number in numbers {
            var text = Array("x".utf8)
            text.append(decimal: number)
            #expect(String(decoding: text, as: UTF8.self) == "x\(number)")
            text = Array("0x".utf8)
            text.append(hex: number)
            #expect(String(decoding: text, as: UTF8.self) == "0x" + String(number, radix: 16))
        }
    }

    @Test("numbers as they lie in memory")
    func littleEndian() {
        var bytes: [UInt8] = []
        bytes.append(number: UInt16(0x0102))
        bytes.append(number: Int32(-2))
        #expect(bytes == [2, 1, 0xfe, 0xff, 0xff, 0xff])
    }
}
