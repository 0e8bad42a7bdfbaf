/// Names of the functions that cover some addresses, out of a table of symbols that may have
/// millions: one pass over the table, in pieces, that keeps nothing but the best for each address.
struct ElfSymbols {
    /// A symbol as far as it matters.
    private struct Candidate {
        var start: UInt64
        var size: UInt64
        var name: UInt64
        /// End of the section that it is in.
        var limit: UInt64
    }

    private enum SectionType {
        static let symbols: UInt32 = 2
        static let dynamicSymbols: UInt32 = 11
    }

    private enum SymbolType {
        static let none: UInt8 = 0
        static let function: UInt8 = 2
        static let indirectFunction: UInt8 = 10
    }

    private static let symbolSize = 24
    /// Symbols that are read at once.
    private static let piece = 1 << 14
    private static let longestName: UInt64 = 4096

    /// The addresses in ascending order, as the file numbers them.
    private let addresses: [UInt64]
    /// By the index of the first address at or behind the symbol's start: the last such function,
    /// and the last such symbol without a type, which assembly code has.
    private var functions: [Candidate?]
    private var labels: [Candidate?]

    init(_ addresses: [UInt64]) {
        self.addresses = addresses
        functions = Array(repeating: nil, count: addresses.count)
        labels = functions
    }

    /// Whether a file has a full table of symbols, not only that of the dynamic linker.
    static func hasFullTable(_ file: borrowing ElfFile) -> Bool {
        file.sections.contains { $0.type == SectionType.symbols }
    }

    /// The names of the functions that cover addresses of a file.
    static func names(
        of addresses: [UInt64],
        in file: borrowing ElfFile
    ) -> [UInt64: String] {
        let type = hasFullTable(file) ? SectionType.symbols : SectionType.dynamicSymbols
        guard let table = file.sections.first(where: { $0.type == type }),
            file.sections.indices.contains(table.link),
            table.entrySize == 0 || table.entrySize == UInt64(symbolSize)
        else { return [:] }
        var search = ElfSymbols(addresses)
        search.scan(table, in: file)
        return search.names(from: file.sections[table.link], in: file)
    }

    private mutating func scan(_ table: ElfFile.Section, in file: borrowing ElfFile) {
        var offset = table.offset
        let end = table.offset.addingReportingOverflow(table.size)
        guard !end.overflow else { return }
        while offset < end.partialValue {
            let size = min(UInt64(Self.piece * Self.symbolSize), end.partialValue - offset)
            let bytes = file.read(offset, size)
            guard bytes.count >= Self.symbolSize else { return }
            for index in 0..<bytes.count / Self.symbolSize {
                take(bytes, at: index * Self.symbolSize, file.sections)
            }
            offset += UInt64(bytes.count / Self.symbolSize * Self.symbolSize)
        }
    }

    private mutating func take(_ bytes: [UInt8], at offset: Int, _ sections: [ElfFile.Section]) {
        let type = bytes[offset + 4] & 0xf
        guard
            type == SymbolType.function || type == SymbolType.indirectFunction
                || type == SymbolType.none
        else { return }
        let section = Int(bytes.number(UInt16.self, at: offset + 6))
        guard section > 0, sections.indices.contains(section) else { return }
        let home = sections[section]
        let start = bytes.number(UInt64.self, at: offset + 8)
        let index = addresses.partitioningIndex { $0 >= start }
        guard index < addresses.count else { return }
        let candidate = Candidate(
            start: start,
            size: bytes.number(UInt64.self, at: offset + 16),
            name: UInt64(bytes.number(UInt32.self, at: offset)),
            limit: home.address &+ home.size
        )
        if type == SymbolType.none {
            Self.keep(candidate, in: &labels[index])
        } else {
            Self.keep(candidate, in: &functions[index])
        }
    }

    /// Keeps the one that begins later, and of two that begin together the longer one.
    private static func keep(_ new: Candidate, in place: inout Candidate?) {
        guard let old = place else {
            place = new
            return
        }
        if new.start > old.start || new.start == old.start && new.size > old.size { place = new }
    }

    private func names(
        from strings: ElfFile.Section,
        in file: borrowing ElfFile
    ) -> [UInt64: String] {
        var result: [UInt64: String] = [:]
        var function: Candidate?
        var label: Candidate?
        var read: [UInt64: String] = [:]
        for (index, address) in addresses.enumerated() {
            function = functions[index] ?? function
            label = labels[index] ?? label
            let best =
                [function, label].lazy.compactMap { $0 }.first { Self.covers($0, address) }
            guard let best, best.name > 0, best.name < strings.size else { continue }
            let name = read[best.name] ?? Self.name(best.name, from: strings, in: file)
            read[best.name] = name
            if !name.isEmpty { result[address] = name }
        }
        return result
    }

    /// A symbol without a size reaches to the end of its section, or to the next one.
    private static func covers(_ symbol: Candidate, _ address: UInt64) -> Bool {
        symbol.size > 0
            ? address - symbol.start < symbol.size
            : symbol.start <= address && address < symbol.limit
    }

    private static func name(
        _ offset: UInt64,
        from strings: ElfFile.Section,
        in file: borrowing ElfFile
    ) -> String {
        let bytes = file.read(
            strings.offset &+ offset,
            min(strings.size - offset, longestName)
        )
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
