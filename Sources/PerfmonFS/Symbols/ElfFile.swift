import CLinux
import Glibc

/// An ELF file of this machine's kind, read piece by piece.
///
/// A reader of our own, because these files belong to others: a wrong number in one must not
/// become a wrong access in a daemon that runs as root. Everything is checked against the file's
/// length, and nothing is mapped, so that a file that shrinks cannot hurt.
struct ElfFile: ~Copyable {
    /// A part of the file that is loaded into memory.
    struct Segment {
        let offset: UInt64
        let address: UInt64
        let size: UInt64
    }

    struct Section {
        let type: UInt32
        let address: UInt64
        let offset: UInt64
        let size: UInt64
        /// Index of the section with the names, for tables of symbols.
        let link: Int
        let entrySize: UInt64
    }

    let descriptor: Int32
    let length: UInt64
    private(set) var segments: [Segment] = []
    private(set) var sections: [Section] = []
    private var notes: [(offset: UInt64, size: UInt64)] = []

    /// The most headers of one kind that are read.
    private static let headerLimit = 1 << 14

    /// Takes an open file over; nil when it is no 64-bit ELF file in this machine's byte order.
    static func take(over descriptor: Int32) -> ElfFile? {
        var file = clinux_file()
        let header = BoundedFile.bytes(descriptor, at: 0, count: 64)
        // The magic number, 64 bits, little endian.
        guard header.count == 64, Array(header[..<6]) == [0x7f, 0x45, 0x4c, 0x46, 2, 1],
            clinux_fstat(descriptor, &file) == 0
        else {
            close(descriptor)
            return nil
        }
        return ElfFile(descriptor, length: file.size, header: header)
    }

    private init(_ descriptor: Int32, length: UInt64, header: [UInt8]) {
        self.descriptor = descriptor
        self.length = length
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
        let table = records(
            at: header.number(UInt64.self, at: 32),
            size: header.number(UInt16.self, at: 54),
            count: header.number(UInt16.self, at: 56),
            minimum: 56
        )
        for entry in table {
            let offset = entry.number(UInt64.self, at: 8)
            let size = entry.number(UInt64.self, at: 32)
            switch entry.number(UInt32.self, at: 0) {
            case load:
                let address = entry.number(UInt64.self, at: 16)
                segments.append(Segment(offset: offset, address: address, size: size))
            case note: notes.append((offset, size))
            default: break
            }
        }
    }

    private mutating func readSections(_ header: [UInt8]) {
        let table = records(
            at: header.number(UInt64.self, at: 40),
            size: header.number(UInt16.self, at: 58),
            count: header.number(UInt16.self, at: 60),
            minimum: 64
        )
        sections = table.map { entry in
            Section(
                type: entry.number(UInt32.self, at: 4),
                address: entry.number(UInt64.self, at: 16),
                offset: entry.number(UInt64.self, at: 24),
                size: entry.number(UInt64.self, at: 32),
                link: Int(entry.number(UInt32.self, at: 40)),
                entrySize: entry.number(UInt64.self, at: 56)
            )
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
        return (0..<bytes.count / size).map { Array(bytes[$0 * size..<($0 + 1) * size]) }
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
