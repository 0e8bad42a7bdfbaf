/// One entry of a table of symbols, as far as it may name code.
struct ElfSymbol {
    enum Kind {
        case function
        /// Without a type, as assembly code has them.
        case label
        /// Data: never a name of code, but it shows where code ends.
        case object
    }

    let kind: Kind
    let candidate: ElfSymbols.Candidate
    let isLocal: Bool

    private enum SymbolType {
        static let none: UInt8 = 0
        static let object: UInt8 = 1
        static let function: UInt8 = 2
        static let indirectFunction: UInt8 = 10
    }

    /// Nil for what names nothing in the file.
    init?(_ bytes: UnsafeRawBufferPointer, _ file: borrowing ElfFile) {
        let layout = file.layout
        let info = bytes[layout.symbolInfo]
        let number = UInt16(
            littleEndian: bytes.loadUnaligned(
                fromByteOffset: layout.symbolSection,
                as: UInt16.self
            )
        )
        let name = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
        guard number > 0, name > 0, file.sections.indices.contains(Int(number)) else {
            return nil
        }
        let home = file.sections[Int(number)]
        switch info & 0xf {
        case SymbolType.function, SymbolType.indirectFunction: kind = .function
        case SymbolType.object: kind = .object
        case SymbolType.none:
            let isHidden = [1, 2].contains(bytes[layout.symbolOther] & 3)
            guard !isHidden, Self.isText(home, in: file) else { return nil }
            kind = .label
        default: return nil
        }
        let binding = info >> 4
        isLocal = binding == 0
        candidate = ElfSymbols.Candidate(
            start: layout.word(bytes, layout.symbolValue),
            size: layout.word(bytes, layout.symbolLength),
            name: UInt64(name),
            binding: Self.binding(binding),
            limit: home.address &+ home.size
        )
    }

    private static func binding(_ number: UInt8) -> ElfSymbols.Binding {
        switch number {
        case 0: .local
        case 2: .weak
        default: .global
        }
    }

    /// Labels are names of code in sections of code alone: that is how perf takes them, too.
    private static func isText(_ section: ElfFile.Section, in file: borrowing ElfFile) -> Bool {
        let executable: UInt64 = 4
        guard section.flags & executable != 0 else { return false }
        let name = file.name(of: section)
        let text = Array("text".utf8)
        return name.indices.contains { name[$0...].starts(with: text) }
    }
}

/// The names of symbols, read one by one.
struct ElfNames {
    private let table: ElfFile.Section
    /// From the first choice to the last.
    private let order: [ElfSymbols.Binding]
    private var read: [UInt64: [UInt8]] = [:]
    /// Comparisons of names that a table may cost.
    private var comparisons = 1 << 17

    private static let longest: UInt64 = 4096
    private static let keptNames = 1 << 14

    init(table: ElfFile.Section, order: [ElfSymbols.Binding]) {
        self.table = table
        self.order = order
    }

    mutating func name(_ offset: UInt64, in file: borrowing ElfFile) -> [UInt8] {
        if let known = read[offset] { return known }
        guard offset < table.size else { return [] }
        // Most names are short.
        var name = part(offset, 128, file)
        if name.count == 128 { name = part(offset, Self.longest, file) }
        if read.count < Self.keptNames { read[offset] = name }
        return name
    }

    private func part(_ offset: UInt64, _ count: UInt64, _ file: borrowing ElfFile) -> [UInt8] {
        Array(
            file.read(table.offset &+ offset, min(table.size - offset, count)).prefix { $0 != 0 }
        )
    }

    /// Which of two symbols of one place gives the name: the one whose binding comes first, then
    /// the one with fewer underscores in front, then the longer one, as perf does.
    mutating func isBetter(
        _ new: ElfSymbols.Candidate,
        than old: ElfSymbols.Candidate,
        in file: borrowing ElfFile
    ) -> Bool {
        if new.binding != old.binding {
            return order.first { $0 == new.binding || $0 == old.binding } == new.binding
        }
        guard comparisons > 0, new.name != old.name else { return false }
        comparisons -= 1
        let underscore = UInt8(ascii: "_")
        let left = name(new.name, in: file)
        let right = name(old.name, in: file)
        let leftCount = left.prefix { $0 == underscore }.count
        let rightCount = right.prefix { $0 == underscore }.count
        return leftCount != rightCount ? leftCount < rightCount : left.count > right.count
    }

    /// Whether a label marks what kind of bytes follow, which assemblers for ARM and RISC-V write.
    mutating func isMapping(_ symbol: ElfSymbol, in file: borrowing ElfFile) -> Bool {
        let arm: UInt16 = 40
        let arm64: UInt16 = 183
        let riscv: UInt16 = 243
        guard symbol.isLocal, [arm, arm64, riscv].contains(file.machine) else { return false }
        return name(symbol.candidate.name, in: file).first == UInt8(ascii: "$")
    }
}
