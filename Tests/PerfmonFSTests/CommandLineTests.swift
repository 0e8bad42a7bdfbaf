@testable import FuseKit
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
import SystemPackage
import Testing

@Suite struct CommandLineTests {
    @Test func findsWordsAndWhereTheyAre() {
        let line = PerfmonFS.CommandLine("  write_pmds 0\tpmd3  value=-1000 ")
        #expect(line.words.map(\.text) == ["write_pmds", "0", "pmd3", "value=-1000"])
        #expect(line.words.map(\.offset) == [2, 13, 15, 21])
        #expect(line.trimmed == "write_pmds 0\tpmd3  value=-1000")
    }

    @Test(arguments: ["", " ", "\t \t"])
    func hasNoWordsInABlankLine(_ text: String) {
        #expect(PerfmonFS.CommandLine(text).words.isEmpty)
        #expect(PerfmonFS.CommandLine(text).trimmed.isEmpty)
    }

    @Test(arguments: [
        ("pid 12 12", "12", 4), ("xid id", "id", 4), ("set=99", "99", 4), ("abc", "abcd", 0),
        ("abc", "", 0), ("a b", "z", 0),
    ])
    func placesTheCaret(_ text: String, _ subject: String, _ expected: Int) {
        #expect(PerfmonFS.CommandLine(text).offset(of: subject) == expected)
    }

    @Test func hasNoCaretWithoutASubject() {
        #expect(PerfmonFS.CommandLine("abc").offset(of: nil) == 0)
    }
}

@Suite struct WrittenLinesTests {
    private func lines(_ text: [UInt8], limit: Int = 4096) throws -> [String] {
        try text.withUnsafeBufferPointer { memory in
            var found: [String] = []
            var lines = try WrittenLines(of: memory, limit: limit)
            while let (line, number) = lines.next() {
                #expect(number == (lines.count == 1 ? 0 : found.count + 1))
                found.append(line.text)
            }
            #expect(found.count == lines.count)
            return found
        }
    }

    private func code(_ text: [UInt8], limit: Int = 4096) -> Errno? {
        do {
            _ = try lines(text, limit: limit)
            return nil
        } catch let error as PfmError {
            return error.code
        } catch {
            return .ioError
        }
    }

    @Test(arguments: [
        ("1\n", ["1"]), ("1", ["1"]), ("\n", [""]), ("a\nb\n", ["a", "b"]), ("a\nb", ["a", "b"]),
        ("\n\n", ["", ""]), ("\ta b\n", ["\ta b"]), ("a\n\nb", ["a", "", "b"]),
    ])
    func splitsAtNewlines(_ text: String, _ expected: [String]) throws {
        #expect(try lines(Array(text.utf8)) == expected)
    }

    @Test func refusesAnEmptyWrite() {
        #expect(code([]) == .invalidArgument)
    }

    @Test(arguments: [0x00, 0x07, 0x0d, 0x1b, 0x7f, 0x80, 0xc3, 0xff] as [UInt8])
    func refusesWhatIsNotText(_ byte: UInt8) {
        #expect(code([0x31, byte, 0x0a]) == .invalidArgument)
        #expect(code([byte]) == .invalidArgument)
    }

    @Test func knowsItsLimit() throws {
        let line = [UInt8](repeating: 0x61, count: 99)
        #expect(try lines(line + [0x0a], limit: 100).count == 1)
        #expect(code(line + [0x61, 0x0a], limit: 100) == .argListTooLong)
    }

    @Test func refusesTheFirstPieceOfALongerLine() throws {
        let page = [UInt8](repeating: 0x61, count: 4096)
        #expect(code(page, limit: 65536) == .argListTooLong)
        #expect(code(page + page, limit: 65536) == .argListTooLong)
        #expect(try lines(page + [0x61], limit: 65536).count == 1)
        #expect(try lines(page.dropLast() + [0x0a], limit: 65536).count == 1)
    }

    @Test func showsTheStartOfWhatItRefused() {
        let bytes: [UInt8] = [0x61, 0x62, 0xff, 0x0a] + [UInt8](repeating: 0x63, count: 200)
        let excerpt = bytes.withUnsafeBufferPointer { WrittenLines.excerpt(of: $0) }
        #expect(excerpt.offset == 2)
        #expect(excerpt.text.hasPrefix("ab??ccc"))
        #expect(excerpt.text.utf8.count == 80)
    }
}
