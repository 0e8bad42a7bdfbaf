@testable import FuseKit
@testable import PerfmonFS
import Testing

@Suite struct TextBufferTests {
    private func text(_ body: (inout TextBuffer) -> Void) -> String {
        var buffer = TextBuffer()
        body(&buffer)
        return buffer.text
    }

    @Test func appendsTextOfEveryKind() {
        let word = "two three"
        #expect(
            text {
                $0.append("one ")
                $0.append(word.dropFirst(4))
                $0.append(StaticString(" four"))
                $0.append(byte: UInt8(ascii: "!"))
                $0.newline()
            } == "one three four!\n"
        )
    }

    @Test func growsPastItsCapacity() {
        let piece = String(repeating: "0123456789", count: 7)
        var expected = ""
        var buffer = TextBuffer(capacity: 1)
        for _ in 0..<200 {
            buffer.append(piece)
            expected += piece
        }
        #expect(buffer.count == 14_000)
        #expect(buffer.text == expected)
    }

    @Test(arguments: [
        0, 1, 9, 10, 99, 100, 12345, 9_999_999_999, Int64.max, -1, -10, Int64.min,
    ])
    func writesSignedNumbersAsSwiftDoes(_ number: Int64) {
        #expect(text { $0.append(number) } == "\(number)")
    }

    @Test(arguments: [UInt64.max, 10_000_000_000_000_000_000, 9_999_999_999_999_999_999])
    func writesTheLargestNumbers(_ number: UInt64) {
        #expect(text { $0.append(number) } == "\(number)")
    }

    @Test(arguments: [
        (0, 1, "0x0"), (0xff, 1, "0xff"), (0xff, 8, "0x000000ff"), (UInt64.max, 1, "0x\(f16)"),
        (1 << 60, 1, "0x1000000000000000"), (7, 99, "0x0000000000000007"),
    ])
    func writesHexadecimal(_ number: UInt64, _ digits: Int, _ expected: String) {
        #expect(text { $0.append(hex: number, digits: digits) } == expected)
    }

    @Test(arguments: [(0, "0.00"), (5, "0.05"), (10_000, "100.00"), (9_999, "99.99")])
    func writesHundredths(_ number: UInt64, _ expected: String) {
        #expect(text { $0.append(hundredths: number) } == expected)
    }

    @Test func padsToAColumn() {
        #expect(text { $0.append(42, width: 6) } == "    42")
        #expect(text { $0.append(-1_234_567, width: 6) } == "-1234567")
        #expect(text { $0.append("name", width: 6) } == "name  ")
        #expect(text { $0.append("long name", width: 6) } == "long name")
    }

    @Test func dropsFromBothEnds() {
        var buffer = TextBuffer()
        buffer.append("abcdef")
        buffer.removeFirst(2)
        #expect(buffer.text == "cdef")
        buffer.truncate(to: 3)
        #expect(buffer.text == "cde")
        buffer.removeFirst(99)
        #expect(buffer.text.isEmpty)
        buffer.append("again")
        buffer.removeAll()
        #expect(buffer.count == 0)
    }

    @Test func givesItsBytes() {
        var buffer = TextBuffer()
        buffer.append("hi\n")
        #expect(buffer.withBytes { $0.count } == 3)
        #expect(buffer.withBytes { $0[2] } == 10)
    }
}

private let f16 = "ffffffffffffffff"
