import Glibc
import PerfmonEngine
import PrivilegeSupport

/// The files into which distributions and projects put the symbols that they take out of programs.
struct DebugFile {
    let files: ClientFiles

    /// The symbols of a file that has none of its own; nil when they are not installed.
    func open(for found: borrowing CodeFinder.Found, path: [UInt8]) -> ElfFile? {
        let id = found.elf.buildID()
        if let id, let file = open(byBuildID: id, below: found.root) { return file }
        guard let link = DebugLink(in: found.elf) else { return nil }
        let slash = UInt8(ascii: "/")
        let folder = path.prefix { _ in true }.lastIndex(of: slash).map { Array(path[..<$0]) } ?? []
        let name = [slash] + link.name
        let places = [
            folder + name, folder + Array("/.debug".utf8) + name,
            Array("/usr/lib/debug".utf8) + folder + name,
        ]
        for place in places {
            guard let descriptor = files.open(Array(found.root.utf8) + place),
                let elf = ElfFile.take(over: descriptor)
            else { continue }
            // The program itself can be called so.
            guard ElfSymbols.hasFullTable(elf) else { continue }
            if let id, elf.buildID() == id || link.fits(elf) { return elf }
            if id == nil, link.fits(elf) { return elf }
        }
        return nil
    }

    private func open(byBuildID id: [UInt8], below root: String) -> ElfFile? {
        guard id.count > 1 else { return nil }
        let digits = id.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        let path = "/usr/lib/debug/.build-id/\(digits[0])/\(digits[1...].joined()).debug"
        for root in Set([root, ""]) {
            guard let file = files.open(root + path), let elf = ElfFile.take(over: file),
                elf.buildID() == id
            else { continue }
            return elf
        }
        return nil
    }
}

/// What a program says of the file with its symbols: its name, and the sum of its bytes
/// (`.gnu_debuglink`).
struct DebugLink {
    let name: [UInt8]
    let checksum: UInt32

    /// Bytes of the largest file that is summed up.
    private static let limit: UInt64 = 1 << 29

    init?(in file: borrowing ElfFile) {
        let wanted = Array(".gnu_debuglink".utf8)
        var section: ElfFile.Section?
        for candidate in file.sections where file.name(of: candidate).elementsEqual(wanted) {
            section = candidate
        }
        guard let section else { return nil }
        let bytes = file.read(section.offset, min(section.size, 4096))
        name = Array(bytes.prefix { $0 != 0 })
        let place = (name.count + 4) / 4 * 4
        guard !name.isEmpty, !name.contains(UInt8(ascii: "/")), place + 4 <= bytes.count else {
            return nil
        }
        checksum = bytes.number(UInt32.self, at: place)
    }

    /// Whether a file has the bytes that the program was linked to.
    func fits(_ file: borrowing ElfFile) -> Bool {
        guard file.length <= Self.limit else { return false }
        var sum = Checksum()
        var offset: UInt64 = 0
        while offset < file.length {
            let bytes = file.read(offset, 1 << 20)
            guard !bytes.isEmpty else { return false }
            sum.add(bytes)
            offset += UInt64(bytes.count)
        }
        return sum.value == checksum
    }
}

/// The checksum of zlib and of Ethernet (CRC-32), as gdb's debug links use it.
struct Checksum {
    private var state: UInt32 = .max

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { sum, _ in
            sum & 1 != 0 ? 0xedb8_8320 ^ sum >> 1 : sum >> 1
        }
    }

    var value: UInt32 { ~state }

    mutating func add(_ bytes: [UInt8]) {
        Self.table.withUnsafeBufferPointer { table in
            for byte in bytes {
                state = table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] ^ state >> 8
            }
        }
    }
}
