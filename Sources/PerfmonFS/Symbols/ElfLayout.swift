/// Where the fields of an ELF file's records lie: those of 32 bits and those of 64 bits differ
/// (elf(5)).
struct ElfLayout {
    /// Words have eight bytes, not four.
    let isWide: Bool

    /// From the first bytes of a file; nil when it is not an ELF file in this machine's byte order.
    init?(_ header: [UInt8]) {
        // The magic number, the class, the byte order.
        guard header.count >= 6, header.starts(with: [0x7f, 0x45, 0x4c, 0x46]),
            header[4] == 1 || header[4] == 2, header[5] == 1
        else { return nil }
        isWide = header[4] == 2
        guard header.count >= (isWide ? 64 : 52) else { return nil }
    }

    /// Offsets in the header of the file: the tables' places, and the size of this header, behind
    /// which size and number of the segments' and the sections' follow, and the section with the
    /// sections' names.
    var segmentTable: Int { isWide ? 32 : 28 }
    var sectionTable: Int { isWide ? 40 : 32 }
    var headerCounts: Int { isWide ? 52 : 40 }

    /// Bytes of the header of a segment, and offsets in it.
    var segmentSize: Int { isWide ? 56 : 32 }
    var segmentOffset: Int { isWide ? 8 : 4 }
    var segmentAddress: Int { isWide ? 16 : 8 }
    var segmentFileSize: Int { isWide ? 32 : 16 }

    /// Bytes of the header of a section.
    var sectionSize: Int { isWide ? 64 : 40 }

    /// Bytes of a symbol, and offsets in it; its name is at 0.
    var symbolSize: Int { isWide ? 24 : 16 }
    var symbolInfo: Int { isWide ? 4 : 12 }
    var symbolOther: Int { isWide ? 5 : 13 }
    var symbolSection: Int { isWide ? 6 : 14 }
    var symbolValue: Int { isWide ? 8 : 4 }
    var symbolLength: Int { isWide ? 16 : 8 }

    /// A number as wide as the file's addresses.
    func word(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
        isWide
            ? bytes.number(UInt64.self, at: offset)
            : UInt64(bytes.number(UInt32.self, at: offset))
    }

    func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        isWide
            ? UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            : UInt64(
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            )
    }

    func section(_ bytes: [UInt8]) -> ElfFile.Section {
        // Two numbers of four bytes, then words but for `link`.
        let size = isWide ? 8 : 4
        return ElfFile.Section(
            name: Int(bytes.number(UInt32.self, at: 0)),
            type: bytes.number(UInt32.self, at: 4),
            flags: word(bytes, 8),
            address: word(bytes, 8 + size),
            offset: word(bytes, 8 + 2 * size),
            size: word(bytes, 8 + 3 * size),
            link: Int(bytes.number(UInt32.self, at: 8 + 4 * size)),
            entrySize: word(bytes, 16 + 5 * size)
        )
    }
}
