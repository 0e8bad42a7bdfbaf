/// Where functions begin, as far as a stripped file still tells: the table by which exceptions find
/// the frames of a stack (`.eh_frame_hdr`). Code that was written by hand is not in it.
struct ElfFrames {
    /// Ascending.
    private let starts: [UInt64]

    /// The most bytes of a table that are read.
    private static let limit: UInt64 = 1 << 24

    /// None when a file has no such table, or one in a form that linkers do not write.
    init(of file: borrowing ElfFile) {
        guard let table = file.frameTable else {
            starts = []
            return
        }
        let bytes = file.read(table.offset, min(table.size, Self.limit))
        // Version 1; a pointer of four bytes; the count, four bytes; pairs of four bytes each,
        // relative to the table.
        guard bytes.count >= 12, bytes[0] == 1, bytes[1] & 0xf == 0xb, bytes[2] == 3,
            bytes[3] == 0x3b
        else {
            starts = []
            return
        }
        let told = Int(bytes.number(UInt32.self, at: 8))
        let count = min(told, (bytes.count - 12) / 8)
        let numbers = (0..<count).map { index in
            table.address
                &+ UInt64(truncatingIfNeeded: bytes.number(Int32.self, at: 12 + 8 * index))
        }
        // Not what the file promises, but what it keeps.
        starts = zip(numbers, numbers.dropFirst()).allSatisfy(<=) ? numbers : numbers.sorted()
    }

    var isEmpty: Bool { starts.isEmpty }

    /// The last start that is not behind an address.
    func last(upTo address: UInt64) -> UInt64? {
        let index = starts.partitioningIndex { $0 > address }
        return index > 0 ? starts[index - 1] : nil
    }
}
