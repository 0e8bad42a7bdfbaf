import CLinux
import Glibc
import PerfmonEngine
import PrivilegeSupport

/// `/tmp/perf-PID.map`: the names that a just-in-time compiler gives to its code, one a line as
/// `START SIZE NAME`.
///
/// Code is written anew at the same place, so the last line counts: the file is read from its end,
/// and no further than until every address has its name.
struct PerfMapFile {
    private enum Source {
        case bytes([UInt8])
        case file(Int32, size: UInt64)
    }

    private let source: Source
    /// The process may be in the middle of its last line.
    private let isGrowing: Bool

    /// Bytes that are read of a file, from its end.
    private static let limit: UInt64 = 1 << 30
    private static let piece = 1 << 20
    private static let longestLine = 1 << 16

    /// Takes an open file over; `close()` gives it back.
    init(takingOver file: Int32, size: UInt64, isGrowing: Bool) {
        source = .file(file, size: size)
        self.isGrowing = isGrowing
    }

    init(lines: [UInt8]) {
        source = .bytes(lines)
        isGrowing = false
    }

    func close() {
        if case .file(let descriptor, _) = source { Glibc.close(descriptor) }
    }

    /// The names of addresses, which are in ascending order.
    func names(of addresses: [UInt64]) -> [UInt64: String] {
        var search = PerfMapSearch(addresses)
        var end = length
        let stop = end - min(end, Self.limit)
        // The beginning of a line whose end has been read before.
        var rest: [UInt8] = []
        var isLast = true
        while end > stop, !search.isDone {
            let start = max(stop, end - min(end, UInt64(Self.piece)))
            var bytes = read(start, Int(end - start)) + rest
            if isLast, isGrowing, let newline = bytes.lastIndex(of: UInt8(ascii: "\n")) {
                bytes.removeSubrange((newline + 1)...)
            }
            isLast = false
            let first = search.take(bytes, isWhole: start == 0)
            rest = first < Self.longestLine ? Array(bytes[..<first]) : []
            end = start
        }
        return search.names
    }

    private var length: UInt64 {
        switch source {
        case .bytes(let bytes): UInt64(bytes.count)
        case .file(_, let size): size
        }
    }

    private func read(_ offset: UInt64, _ count: Int) -> [UInt8] {
        switch source {
        case .bytes(let bytes): Array(bytes[Int(offset)..<Int(offset) + count])
        case .file(let file, _): BoundedFile.bytes(file, at: Int(offset), count: count)
        }
    }
}

/// Goes through lines from the last to the first.
struct PerfMapSearch {
    private let addresses: [UInt64]
    private(set) var names: [UInt64: String] = [:]
    /// By index of an address: the next one, from there on, that has no name yet.
    private var next: [Int]

    private static let longestName = 4096

    init(_ addresses: [UInt64]) {
        self.addresses = addresses
        next = Array(0...addresses.count)
    }

    /// Every address has its name.
    var isDone: Bool { names.count == addresses.count }

    /// Takes the lines of a piece of a file.
    ///
    /// - Parameter isWhole: nothing comes before the piece, so that its first bytes are a line.
    /// - Returns: bytes before the first newline, which end a line of the piece before.
    mutating func take(_ bytes: [UInt8], isWhole: Bool) -> Int {
        bytes.withUnsafeBufferPointer { bytes in
            let newline = UInt8(ascii: "\n")
            var end = bytes.count
            var index = end - 1
            while index >= 0 {
                if bytes[index] == newline {
                    take(UnsafeBufferPointer(rebasing: bytes[(index + 1)..<end]))
                    end = index
                }
                index -= 1
            }
            if isWhole { take(UnsafeBufferPointer(rebasing: bytes[..<end])) }
            return end
        }
    }

    private mutating func take(_ line: UnsafeBufferPointer<UInt8>) {
        var index = 0
        guard !line.isEmpty, let start = Self.number(line, &index),
            let size = Self.number(line, &index), size > 0
        else { return }
        while index < line.count, line[index] == 0x20 { index += 1 }
        guard index < line.count else { return }
        var place = unnamed(addresses.partitioningIndex { $0 >= start })
        guard place < addresses.count, addresses[place] - start < size else { return }
        let text = line[index...].prefix(Self.longestName)
        let name = String(decoding: text, as: UTF8.self)
        while place < addresses.count, addresses[place] - start < size {
            names[addresses[place]] = name
            next[place] = place + 1
            place = unnamed(place)
        }
    }

    /// The first address from an index on that has no name.
    private mutating func unnamed(_ index: Int) -> Int {
        var last = index
        while next[last] != last { last = next[last] }
        var step = index
        while next[step] != last, step != last { (next[step], step) = (last, next[step]) }
        return last
    }

    /// A hexadecimal number behind blanks, and the blank that ends it.
    private static func number(_ line: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> UInt64? {
        while index < line.count, line[index] == 0x20 { index += 1 }
        if index + 1 < line.count, line[index] == 0x30, line[index + 1] | 0x20 == 0x78 {
            index += 2
        }
        let first = index
        var value: UInt64 = 0
        while index < line.count, line[index] != 0x20 {
            let digit: UInt8
            switch line[index] {
            case 0x30...0x39: digit = line[index] - 0x30
            case 0x41...0x46: digit = line[index] - 0x37
            case 0x61...0x66: digit = line[index] - 0x57
            default: return nil
            }
            guard value >> 60 == 0 else { return nil }
            value = value << 4 | UInt64(digit)
            index += 1
        }
        return index > first && index < line.count ? value : nil
    }
}
