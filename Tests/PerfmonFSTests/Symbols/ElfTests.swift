import CLinux
import LinuxSupport
@testable import FuseKit
import Glibc
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
import Testing

/// Symbols of real files, and of files that were made to do harm.
@Suite struct ElfTests {
    /// An ELF file with one segment, two sections of text and the given symbols.
    private func file(
        _ symbols: [(name: String, type: UInt8, section: UInt16, start: UInt64, size: UInt64)],
        change: (inout [UInt8]) -> Void = { _ in }
    ) throws -> Int32 {
        var strings: [UInt8] = [0]
        var table = [UInt8](repeating: 0, count: 24)
        for symbol in symbols {
            table.append(number: UInt32(strings.count))
            table += [symbol.type, 0]
            table.append(number: symbol.section)
            table.append(number: symbol.start)
            table.append(number: symbol.size)
            strings += Array(symbol.name.utf8) + [0]
        }
        var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 57)
        func put<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
            var part: [UInt8] = []
            part.append(number: number)
            bytes.replaceSubrange(offset..<offset + part.count, with: part)
        }
        let tableStart = 64 + 56
        let stringStart = tableStart + table.count
        let sectionStart = stringStart + strings.count
        put(UInt64(64), at: 32)
        put(UInt64(sectionStart), at: 40)
        put(UInt16(56), at: 54)
        put(UInt16(1), at: 56)
        put(UInt16(64), at: 58)
        put(UInt16(5), at: 60)
        // The segment: bytes 0x1000 to 0x2fff of the file lie at 0x401000.
        bytes.append(number: UInt32(1))
        bytes.append(number: UInt32(5))
        for number: UInt64 in [0x1000, 0x40_1000, 0x40_1000, 0x2000, 0x2000, 0x1000] {
            bytes.append(number: number)
        }
        bytes += table + strings
        func section(_ type: UInt32, _ address: Int, _ offset: Int, _ size: Int, _ link: UInt32) {
            bytes.append(number: UInt32(0))
            bytes.append(number: type)
            bytes.append(number: UInt64(0))
            for number in [address, offset, size] { bytes.append(number: UInt64(number)) }
            bytes.append(number: link)
            bytes.append(number: UInt32(0))
            bytes.append(number: UInt64(0))
            bytes.append(number: UInt64(type == 2 ? 24 : 0))
        }
        section(0, 0, 0, 0, 0)
        section(1, 0x40_1000, 0x1000, 0x1000, 0)
        section(1, 0x40_2000, 0x2000, 0x1000, 0)
        section(2, 0, tableStart, table.count, 4)
        section(3, 0, stringStart, strings.count, 0)
        change(&bytes)
        var path = Array("/tmp/pfmfs-elf-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        try #require(descriptor >= 0)
        unlink(path)
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
        return descriptor
    }

    private func names(_ descriptor: Int32, _ addresses: [UInt64]) -> [UInt64: String]? {
        guard let elf = ElfFile.take(over: descriptor) else { return nil }
        return ElfSymbols.names(of: addresses, in: elf)
    }

    @Test func namesAreThoseOfTheFunctionsThatCoverAnAddress() throws {
        let found = try names(
            file([
                ("outer", 2, 1, 0x40_1000, 0x100), ("second", 2, 1, 0x40_1200, 0x10),
                ("alias", 2, 1, 0x40_1200, 0x8), ("data", 1, 1, 0x40_1300, 0x100),
                ("undefined", 2, 0, 0x40_1400, 0x100), ("_start", 0, 1, 0x40_1500, 0),
                ("ifunc", 10, 2, 0x40_2000, 4),
            ]),
            [
                0x40_0fff, 0x40_1000, 0x40_10ff, 0x40_1100, 0x40_1200, 0x40_120f, 0x40_1210,
                0x40_1310, 0x40_1450, 0x40_1500, 0x40_1ffe, 0x40_2000, 0x40_2004, 0x40_2800,
            ]
        )
        #expect(
            found == [
                0x40_1000: "outer", 0x40_10ff: "outer", 0x40_1200: "second", 0x40_120f: "second",
                0x40_1500: "_start", 0x40_1ffe: "_start", 0x40_2000: "ifunc",
            ]
        )
    }

    @Test func offsetsBecomeAddresses() throws {
        guard let elf = ElfFile.take(over: try file([])) else {
            Issue.record("the file is refused")
            return
        }
        let at0x1000 = elf.address(ofOffset: 0x1000)
        #expect(at0x1000 == 0x40_1000)
        let at0x2fff = elf.address(ofOffset: 0x2fff)
        #expect(at0x2fff == 0x40_2fff)
        let at0x3000 = elf.address(ofOffset: 0x3000)
        #expect(at0x3000 == nil)
        let at0 = elf.address(ofOffset: 0)
        #expect(at0 == nil)
    }

    @Test func whatIsNoElfFileIsRefused() throws {
        for change: (inout [UInt8]) -> Void in [
            { $0 = [] }, { $0 = Array($0[..<63]) }, { $0[0] = 0 }, { $0[4] = 1 }, { $0[5] = 2 },
        ] {
            let isElf = ElfFile.take(over: try file([], change: change)) != nil
            #expect(!isElf)
        }
    }

    /// Every field in turn gets values that point out of the file or wrap around.
    @Test func everyBrokenFieldIsSurvived() throws {
        let symbols: [(String, UInt8, UInt16, UInt64, UInt64)] = [
            ("outer", 2, 1, 0x40_1000, 0x100), ("_start", 0, 2, 0x40_2000, 0),
        ]
        let length = 64 + 56 + 72 + 14 + 5 * 64
        for offset in 4..<length {
            for value: UInt8 in [0x00, 0x7f, 0x80, 0xff] {
                let descriptor = try file(symbols) { bytes in
                    for index in offset..<min(offset + 8, bytes.count) { bytes[index] = value }
                }
                for name in (names(descriptor, [0x40_1000, 0x40_2000, .max]) ?? [:]).values {
                    #expect(name.utf8.count <= 4096)
                }
            }
        }
    }

    @Test func everyShorterFileIsSurvived() throws {
        let symbols: [(String, UInt8, UInt16, UInt64, UInt64)] = [
            ("outer", 2, 1, 0x40_1000, 0x100)
        ]
        for length in 0..<500 {
            let descriptor = try file(symbols) { $0 = Array($0.prefix(length)) }
            _ = names(descriptor, [0x40_1000])
        }
    }

    @Test func functionsOfTheCLibraryAreFound() throws {
        let address = UInt64(UInt(bitPattern: dlsym(nil, "qsort_r")))
        let maps = BoundedFile.text("/proc/self/maps", limit: 1 << 20)
        let line = try #require(
            maps.split(separator: "\n").first { line in
                let ends = line.split(separator: " ")[0].split(separator: "-")
                    .compactMap { UInt64($0, radix: 16) }
                return ends.count == 2 && (ends[0]..<ends[1]).contains(address)
            }
        )
        let words = line.split(separator: " ", maxSplits: 5)
        let start = try #require(UInt64(words[0].split(separator: "-")[0], radix: 16))
        let offset = try #require(UInt64(words[2], radix: 16))
        let path = words[5].drop { $0 == " " }
        let descriptor = try #require(BoundedFile.open(String(path)))
        guard let elf = ElfFile.take(over: descriptor) else {
            Issue.record("\(path) is no ELF file")
            return
        }
        let mapped = elf.address(ofOffset: address - start + offset)
        let inFile = try #require(mapped)
        let names = ElfSymbols.names(of: [inFile, inFile + 1], in: elf)
        #expect(names[inFile]?.contains("qsort_r") ?? false)
        #expect(names[inFile + 1]?.contains("qsort_r") ?? false)
        let id = elf.buildID()
        #expect(id?.count == 20)
    }

    @Test func buildIDsAreFoundBehindOtherNotes() {
        var notes: [UInt8] = []
        for (type, content) in [(UInt32(1), [UInt8(9)]), (3, [1, 2, 3, 4, 5])] {
            notes.append(number: UInt32(4))
            notes.append(number: UInt32(content.count))
            notes.append(number: type)
            notes += [0x47, 0x4e, 0x55, 0] + content
            while notes.count % 4 != 0 { notes.append(0) }
        }
        #expect(ElfFile.buildID(inNotes: notes) == [1, 2, 3, 4, 5])
        for length in 0..<notes.count - 4 {
            #expect(ElfFile.buildID(inNotes: Array(notes.prefix(length))) == nil)
        }
        var hostile = notes
        for index in 0..<4 { hostile[index] = 0xff }
        #expect(ElfFile.buildID(inNotes: hostile) == nil)
    }
}
