@testable import FuseKit
@testable import PerfmonFS
import Testing

@Suite struct ExcerptTests {
    @Test func leavesShortTextsAlone() {
        #expect(Excerpt.ends(of: "abc is not a number") == "abc is not a number")
        let (text, offset) = Excerpt.around(4, of: "abc def")
        #expect(text == "abc def")
        #expect(offset == 4)
    }

    @Test func keepsBothEndsOfALongMessage() {
        let message = "first" + String(repeating: "0", count: 4000) + " is not a number"
        let shown = Excerpt.ends(of: message)
        #expect(shown.hasPrefix("first0"))
        #expect(shown.contains(" ... "))
        #expect(shown.hasSuffix("0 is not a number"))
        #expect(shown.utf8.count < 400)
    }

    @Test(arguments: [0, 5, 79, 80, 81, 160, 1000, 3900, 3999, 4000])
    func keepsWhatTheCaretPointsAt(_ offset: Int) {
        var line = Array(repeating: UInt8(ascii: "-"), count: 4000)
        if offset < line.count { line[offset] = UInt8(ascii: "x") }
        let (text, place) = Excerpt.around(offset, of: String(decoding: line, as: UTF8.self))
        #expect(text.utf8.count < 180)
        #expect(text.hasPrefix("... ") == (offset > 80))
        #expect(place <= text.utf8.count)
        if offset < line.count { #expect(Array(text.utf8)[place] == UInt8(ascii: "x")) }
    }
}
