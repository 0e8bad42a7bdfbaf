import CLinux
import Glibc

/// An ELF file of 32 or 64 bits in this machine's byte order, read piece by piece.
///
/// A reader of our own, because these files belong to others: a wrong number in one must not
/// become a wrong access in a daemon that runs as root. Everything is checked against the file's
/// length, and nothing is mapped, so that a file that shrinks cannot hurt. It knows nothing but its
/// descriptor, so that it can work in a process of its own.
struct ElfFile: ~Copyable {
    /// A part of the file that is loaded into memory.
    struct Segment {
        let offset: UInt64
        let address: UInt64
        let size: UInt64
    }

    struct Section {
        /// Offset of its name in the table of section names.
        let name: Int
        let type: UInt32
        let flags: UInt64
        let address: UInt64
        let offset: UInt64
        let size: UInt64
        /// Index of the section with the names, for tables of symbols.
        let link: Int
        let entrySize: UInt64
    }

    let descriptor: Int32
    let length: UInt64
    /// Where the fields of this file's records lie.
    let layout: ElfLayout
    /// The kind of processor (`e_machine`).
    let machine: UInt16
    private(set) var segments: [Segment] = []
    private(set) var sections: [Section] = []
    /// The table of the frames' starts (`PT_GNU_EH_FRAME`).
    private(set) var frameTable: Segment?
    private var notes: [(offset: UInt64, size: UInt64)] = []
    private var sectionNames: [UInt8] = []

    /// The most headers of one kind that are read.
    private static let headerLimit = 1 << 14
    private static let nameTableLimit: UInt64 = 1 << 20

    /// Takes an open file over; nil when it is not an ELF file in this machine's byte order.
    static func take(over descriptor: Int32) -> ElfFile? {
        var file = clinux_file()
        let header = BoundedFile.bytes(descriptor, at: 0, count: 64)
        guard let layout = ElfLayout(header), clinux_fstat(descriptor, &file) == 0 else {
            close(descriptor)
            return nil
        }
        return ElfFile(descriptor, length: file.size, layout, header: header)
    }

    private init(_ descriptor: Int32, length: UInt64, _ layout: ElfLayout, header: [UInt8]) {
        self.descriptor = descriptor
        self.length = length
        self.layout = layout
        machine = header.number(UInt16.self, at: 18)
        readSegments(header)
        readSections(header)
    }

    deinit {
        close(descriptor)
    }

    /// The address that a byte of the file has when it is loaded where the file says.
    func address(ofOffset offset: UInt64) -> UInt64? {
        let segment = segments.first { $0.offset <= offset && offset - $0.offset < $0.size }
        return segment.map { $0.address &+ (offset - $0.offset) }
    }

    /// What identifies the build (`.note.gnu.build-id`); nil when there is none.
    func buildID() -> [UInt8]? {
        for note in notes {
            let bytes = read(note.offset, min(note.size, 1 << 16))
            if let id = Self.buildID(inNotes: bytes) { return id }
        }
        return nil
    }

    /// The first bytes of the name of a section; empty when it has none.
    func name(of section: Section) -> ArraySlice<UInt8> {
        guard section.name < sectionNames.count else { return [] }
        return sectionNames[section.name...].prefix(64).prefix { $0 != 0 }
    }

    /// Reads a part of the file; less where the file ends.
    func read(_ offset: UInt64, _ count: UInt64) -> [UInt8] {
        guard offset < length else { return [] }
        return BoundedFile.bytes(
            descriptor,
            at: Int(offset),
            count: Int(min(count, length - offset))
        )
    }

    private mutating func readSegments(_ header: [UInt8]) {
        let load: UInt32 = 1
        let note: UInt32 = 4
        let frames: UInt32 = 0x6474_e550
        let table = records(
            at: layout.word(header, layout.segmentTable),
            size: header.number(UInt16.self, at: layout.headerCounts + 2),
            count: header.number(UInt16.self, at: layout.headerCounts + 4),
            minimum: layout.segmentSize
        )
        for entry in table {
            let segment = Segment(
                offset: layout.word(entry, layout.segmentOffset),
                address: layout.word(entry, layout.segmentAddress),
                size: layout.word(entry, layout.segmentFileSize)
            )
            switch entry.number(UInt32.self, at: 0) {
            case load: segments.append(segment)
            case note: notes.append((segment.offset, segment.size))
            case frames: frameTable = segment
            default: break
            }
        }
    }

    private mutating func readSections(_ header: [UInt8]) {
        let noteType: UInt32 = 7
        let table = records(
            at: layout.word(header, layout.sectionTable),
            size: header.number(UInt16.self, at: layout.headerCounts + 6),
            count: header.number(UInt16.self, at: layout.headerCounts + 8),
            minimum: layout.sectionSize
        )
        sections = table.map { layout.section($0) }
        // Those of a file that holds nothing but symbols are not where its segments are.
        notes = sections.filter { $0.type == noteType }.map { ($0.offset, $0.size) } + notes
        let names = Int(header.number(UInt16.self, at: layout.headerCounts + 10))
        if names > 0, sections.indices.contains(names) {
            let size = min(sections[names].size, Self.nameTableLimit)
            sectionNames = read(sections[names].offset, size)
        }
    }

    private func records(
        at offset: UInt64,
        size: UInt16,
        count: UInt16,
        minimum: Int
    ) -> [[UInt8]] {
        let size = Int(size)
        guard size >= minimum, count > 0 else { return [] }
        let wanted = min(Int(count), Self.headerLimit)
        let bytes = read(offset, UInt64(size * wanted))
        return (0..<bytes.count / size).map { Array(bytes[$0 * size..<$0 * size + minimum]) }
    }

    /// Notes are a length of the name, one of the content, a type, the name and the content, each
    /// filled up to four bytes.
    static func buildID(inNotes bytes: [UInt8]) -> [UInt8]? {
        var offset = 0
        while offset + 12 <= bytes.count {
            let nameLength = Int(bytes.number(UInt32.self, at: offset))
            let length = Int(bytes.number(UInt32.self, at: offset + 4))
            let type = bytes.number(UInt32.self, at: offset + 8)
            let name = offset + 12
            let content = name + (nameLength + 3) / 4 * 4
            guard content + length <= bytes.count else { return nil }
            let isGNU = Array(bytes[name..<min(name + 4, bytes.count)]) == [0x47, 0x4e, 0x55, 0]
            if type == 3, nameLength == 4, isGNU, (1...20).contains(length) {
                return Array(bytes[content..<content + length])
            }
            offset = content + (length + 3) / 4 * 4
        }
        return nil
    }
}

extension [UInt8] {
    /// The number at an offset, lowest byte first; 0 beyond the end.
    func number<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Number {
        guard offset >= 0, offset + MemoryLayout<Number>.size <= count else { return 0 }
        return withUnsafeBytes {
            Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: type))
        }
    }
}
