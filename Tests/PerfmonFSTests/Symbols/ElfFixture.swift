import Glibc
import LinuxSupport
@testable import PerfmonFS
import Testing

/// An ELF file that is put together piece by piece: two sections of text, whose bytes from 0x1000
/// to 0x2fff lie at 0x401000, and what is asked for beside them.
struct ElfFixture {
    /// `type` holds the type in its lower half and the binding in its upper one; section 1 is
    /// `.text`, 2 is another one with code.
    typealias Symbol = (
        name: String, type: UInt8, section: UInt16, start: UInt64, size: UInt64
    )

    enum Binding {
        static let global: UInt8 = 1 << 4
        static let weak: UInt8 = 2 << 4
    }

    var isWide = true
    /// 2: all symbols; 11: those of the dynamic linker.
    var tableType: UInt32 = 2
    var symbols: [Symbol] = []
    /// Symbols that only the file itself may use, by name.
    var hidden: Set<String> = []
    /// Where functions begin, for exceptions; no table if there are none.
    var frames: [UInt64] = []
    var debugLink: (name: String, checksum: UInt32)?
    var buildID: [UInt8] = []
    var otherName = ".text.hot"
    var machine: UInt16 = 62

    private static let framesAddress: UInt64 = 0x40_8000

    /// An open file without a name, after `change` has been made to its bytes.
    func open(change: (inout [UInt8]) -> Void = { _ in }) throws -> Int32 {
        var content = bytes
        change(&content)
        var path = Array("/tmp/pfmfs-elf-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        try #require(descriptor >= 0)
        unlink(path)
        try #require(write(descriptor, content, content.count) == content.count)
        return descriptor
    }

    func names(
        of addresses: [UInt64],
        order: [ElfSymbols.Binding] = ElfSymbols.usualOrder
    ) throws -> [UInt64: String]? {
        guard let elf = ElfFile.take(over: try open()) else { return nil }
        return ElfSymbols.names(of: addresses, in: elf, order: order)
    }

    var bytes: [UInt8] {
        let headerSize = isWide ? 64 : 52
        let segmentCount = 2 + (frames.isEmpty ? 0 : 1)
        let segmentSize = isWide ? 56 : 32
        var strings: [UInt8] = [0]
        func string(_ text: String) -> UInt32 {
            defer { strings += Array(text.utf8) + [0] }
            return UInt32(strings.count)
        }
        let table = symbolTable(string)
        let text = string(".text")
        let other = string(otherName)
        let linkName = string(".gnu_debuglink")
        var content: [UInt8] = []
        func place(_ part: [UInt8]) -> (offset: UInt64, size: UInt64) {
            while content.count % 8 != 0 { content.append(0) }
            defer { content += part }
            let start = headerSize + segmentCount * segmentSize + content.count
            return (UInt64(start), UInt64(part.count))
        }
        let tablePlace = place(table)
        let stringPlace = place(strings)
        let framePlace = place(frameTable)
        let linkPlace = place(link)
        let notePlace = place(note)
        let sectionStart = place([]).offset
        var segments: [UInt8] = []
        append(segment: 1, 0x1000, 0x40_1000, 0x2000, to: &segments)
        append(segment: 4, notePlace.offset, 0x40_7000, notePlace.size, to: &segments)
        if !frames.isEmpty {
            let type: UInt32 = 0x6474_e550
            append(
                segment: type,
                framePlace.offset,
                Self.framesAddress,
                framePlace.size,
                to: &segments
            )
        }
        var sections: [UInt8] = []
        append(section: 0, 0, 0, 0, (0, 0), 0, to: &sections)
        append(section: text, 1, 6, 0x40_1000, (0x1000, 0x1000), 0, to: &sections)
        append(section: other, 1, 6, 0x40_2000, (0x2000, 0x1000), 0, to: &sections)
        append(section: 0, tableType, 0, 0, tablePlace, 4, to: &sections)
        append(section: 0, 3, 0, 0, stringPlace, 0, to: &sections)
        append(section: linkName, 1, 0, 0, linkPlace, 0, to: &sections)
        let head = header(headerSize, UInt16(segmentCount), sectionStart)
        return head + segments + content + sections
    }

    private func header(_ size: Int, _ segments: UInt16, _ sectionStart: UInt64) -> [UInt8] {
        var head: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, isWide ? 2 : 1, 1, 1]
        head += [UInt8](repeating: 0, count: 9)
        head.append(number: UInt16(3))
        head.append(number: machine)
        head.append(number: UInt32(1))
        append(word: 0, to: &head)
        append(word: UInt64(size), to: &head)
        append(word: sectionStart, to: &head)
        head.append(number: UInt32(0))
        let counts = [UInt16(size), isWide ? 56 : 32, segments, isWide ? 64 : 40, 6, 4]
        for number in counts { head.append(number: number) }
        return head
    }

    private func symbolTable(_ string: (String) -> UInt32) -> [UInt8] {
        var table = [UInt8](repeating: 0, count: isWide ? 24 : 16)
        for symbol in symbols {
            table.append(number: string(symbol.name))
            let other: UInt8 = hidden.contains(symbol.name) ? 2 : 0
            if isWide {
                table += [symbol.type, other]
                table.append(number: symbol.section)
                table.append(number: symbol.start)
                table.append(number: symbol.size)
            } else {
                table.append(number: UInt32(symbol.start))
                table.append(number: UInt32(symbol.size))
                table += [symbol.type, other]
                table.append(number: symbol.section)
            }
        }
        return table
    }

    private var frameTable: [UInt8] {
        guard !frames.isEmpty else { return [] }
        var table: [UInt8] = [1, 0x1b, 3, 0x3b]
        table.append(number: UInt32(0))
        table.append(number: UInt32(frames.count))
        for start in frames {
            table.append(number: Int32(truncatingIfNeeded: start &- Self.framesAddress))
            table.append(number: Int32(0))
        }
        return table
    }

    private var link: [UInt8] {
        guard let debugLink else { return [] }
        var bytes = Array(debugLink.name.utf8) + [0]
        while bytes.count % 4 != 0 { bytes.append(0) }
        bytes.append(number: debugLink.checksum)
        return bytes
    }

    private var note: [UInt8] {
        guard !buildID.isEmpty else { return [] }
        var bytes: [UInt8] = []
        for number in [UInt32(4), UInt32(buildID.count), 3] { bytes.append(number: number) }
        return bytes + [0x47, 0x4e, 0x55, 0] + buildID
    }

    private func append(word: UInt64, to bytes: inout [UInt8]) {
        if isWide { bytes.append(number: word) } else { bytes.append(number: UInt32(word)) }
    }

    private func append(
        segment type: UInt32,
        _ offset: UInt64,
        _ address: UInt64,
        _ size: UInt64,
        to bytes: inout [UInt8]
    ) {
        bytes.append(number: type)
        if isWide { bytes.append(number: UInt32(5)) }
        for number in [offset, address, address, size, size] { append(word: number, to: &bytes) }
        if !isWide { bytes.append(number: UInt32(5)) }
        append(word: 8, to: &bytes)
    }

    private func append(
        section name: UInt32,
        _ type: UInt32,
        _ flags: UInt64,
        _ address: UInt64,
        _ place: (offset: UInt64, size: UInt64),
        _ link: UInt32,
        to bytes: inout [UInt8]
    ) {
        bytes.append(number: name)
        bytes.append(number: type)
        for number in [flags, address, place.offset, place.size] {
            append(word: number, to: &bytes)
        }
        bytes.append(number: link)
        bytes.append(number: UInt32(0))
        append(word: 0, to: &bytes)
        append(word: link == 0 ? 0 : isWide ? 24 : 16, to: &bytes)
    }
}
