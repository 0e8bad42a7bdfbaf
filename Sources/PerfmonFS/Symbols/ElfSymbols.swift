/// Names of the functions that cover some addresses, out of a table of symbols that may have
/// millions: one pass over the table, in pieces, that keeps nothing but the best for each address.
struct ElfSymbols {
    enum Binding {
        case global, weak, local
    }

    /// Which of several symbols of one place gives the name: the one that others know it by.
    static let usualOrder: [Binding] = [.global, .weak, .local]
    /// The same for symbols that were taken out of a library: there what the library hides from
    /// others has become local, and what is weak is another name of that (`random` of `__random`).
    /// perf, too, gives the name of the function itself.
    static let debugOrder: [Binding] = [.global, .local, .weak]

    /// A symbol as far as it matters.
    struct Candidate {
        var start: UInt64
        var size: UInt64
        /// Offset in the table of names.
        var name: UInt64
        var binding: Binding
        /// End of the section that it is in.
        var limit: UInt64
    }

    private enum SectionType {
        static let symbols: UInt32 = 2
        static let dynamicSymbols: UInt32 = 11
    }

    /// Symbols that are read at once.
    private static let piece = 1 << 14
    /// Bytes of the largest table that is read.
    private static let tableLimit: UInt64 = 1 << 28
    /// Looks at addresses that a table may cost, however its symbols overlap.
    private static let workLimit = 1 << 24

    /// The addresses in ascending order, as the file numbers them.
    private let addresses: [UInt64]
    /// What covers each address: the function and the label that begin last.
    private var functions: [Candidate?]
    private var labels: [Candidate?]
    /// By the index of the first address at or behind the symbol's start: the last function and the
    /// last label without a size, and the last start of any symbol and of any with a size.
    private var openFunctions: [Candidate?]
    private var openLabels: [Candidate?]
    private var starts: [UInt64]
    private var sizedStarts: [UInt64]
    /// The table has symbols that only whoever compiled the program can use.
    private var hasLocalCode = false
    private var names: ElfNames
    private var work = 0

    private init(_ addresses: [UInt64], _ names: ElfNames) {
        self.addresses = addresses
        self.names = names
        functions = Array(repeating: nil, count: addresses.count)
        labels = functions
        openFunctions = functions
        openLabels = functions
        starts = Array(repeating: 0, count: addresses.count)
        sizedStarts = starts
    }

    /// Whether a file has a full table of symbols, not only that of the dynamic linker.
    static func hasFullTable(_ file: borrowing ElfFile) -> Bool {
        file.sections.contains { $0.type == SectionType.symbols }
    }

    /// The names of the functions that cover addresses of a file.
    ///
    /// - Parameters:
    ///   - frames: where functions begin, of this file or of the one that its symbols were taken
    ///     out of.
    ///   - order: of the bindings of symbols of one place.
    static func names(
        of addresses: [UInt64],
        in file: borrowing ElfFile,
        frames: ElfFrames? = nil,
        order: [Binding] = usualOrder
    ) -> [UInt64: String] {
        let isFull = hasFullTable(file)
        let type = isFull ? SectionType.symbols : SectionType.dynamicSymbols
        let size = UInt64(file.layout.symbolSize)
        guard !addresses.isEmpty, let table = file.sections.first(where: { $0.type == type }),
            file.sections.indices.contains(table.link),
            table.entrySize == 0 || table.entrySize == size
        else { return [:] }
        let names = ElfNames(table: file.sections[table.link], order: order)
        var search = ElfSymbols(addresses, names)
        search.scan(table, in: file)
        let frames = frames ?? ElfFrames(of: file)
        // Of a table without the local symbols of compiled code nobody knows where code ends that
        // has no size.
        let isWhole = isFull && (search.hasLocalCode || frames.isEmpty)
        return search.result(in: file, frames, isWhole: isWhole)
    }

    private mutating func scan(_ table: ElfFile.Section, in file: borrowing ElfFile) {
        var offset = table.offset
        let size = file.layout.symbolSize
        let whole = table.offset.addingReportingOverflow(min(table.size, Self.tableLimit))
        guard !whole.overflow else { return }
        while offset < whole.partialValue, work < Self.workLimit {
            let wanted = min(UInt64(Self.piece * size), whole.partialValue - offset)
            let bytes = file.read(offset, wanted)
            guard bytes.count >= size else { return }
            bytes.withUnsafeBytes { all in
                for index in 0..<all.count / size where work < Self.workLimit {
                    let entry = UnsafeRawBufferPointer(
                        rebasing: all[index * size..<(index + 1) * size]
                    )
                    if let symbol = ElfSymbol(entry, file) { take(symbol, file) }
                }
            }
            offset += UInt64(bytes.count / size * size)
        }
    }

    private mutating func take(_ symbol: ElfSymbol, _ file: borrowing ElfFile) {
        let start = symbol.candidate.start
        work += 1
        if symbol.isLocal, symbol.kind != .object { hasLocalCode = true }
        let index = addresses.partitioningIndex { $0 >= start }
        guard index < addresses.count else { return }
        if symbol.kind == .label, names.isMapping(symbol, in: file) { return }
        starts[index] = max(starts[index], start)
        if symbol.candidate.size > 0 { sizedStarts[index] = max(sizedStarts[index], start) }
        let new = symbol.candidate
        switch (symbol.kind, new.size > 0) {
        case (.object, _): break
        case (.function, true): cover(new, from: index, \.functions, file)
        case (.label, true): cover(new, from: index, \.labels, file)
        case (.function, false): keep(new, at: index, \.openFunctions, file)
        case (.label, false): keep(new, at: index, \.openLabels, file)
        }
    }

    /// Enters a symbol at each address that it covers.
    private mutating func cover(
        _ new: Candidate,
        from first: Int,
        _ list: WritableKeyPath<ElfSymbols, [Candidate?]>,
        _ file: borrowing ElfFile
    ) {
        var index = first
        while index < addresses.count, addresses[index] - new.start < new.size {
            keep(new, at: index, list, file)
            index += 1
            work += 1
        }
    }

    /// Keeps the one that begins later, and of two that begin together the better known one.
    private mutating func keep(
        _ new: Candidate,
        at index: Int,
        _ list: WritableKeyPath<ElfSymbols, [Candidate?]>,
        _ file: borrowing ElfFile
    ) {
        guard let old = self[keyPath: list][index] else {
            self[keyPath: list][index] = new
            return
        }
        guard new.start >= old.start else { return }
        if new.start > old.start || names.isBetter(new, than: old, in: file) {
            self[keyPath: list][index] = new
        }
    }

    private mutating func result(
        in file: borrowing ElfFile,
        _ frames: ElfFrames,
        isWhole: Bool
    ) -> [UInt64: String] {
        var result: [UInt64: String] = [:]
        var function: Candidate?
        var label: Candidate?
        var start: UInt64 = 0
        var sized: UInt64 = 0
        for (index, address) in addresses.enumerated() {
            function = openFunctions[index] ?? function
            label = openLabels[index] ?? label
            start = max(start, starts[index])
            sized = max(sized, sizedStarts[index])
            func reaches(_ symbol: Candidate) -> Bool {
                // It ends where anything else begins.
                guard symbol.start == start, symbol.start != sized || symbol.start == 0,
                    address < symbol.limit
                else { return false }
                guard symbol.start != address else { return true }
                let frame = frames.last(upTo: address) ?? 0
                return frame <= symbol.start && (isWhole || frame == symbol.start)
            }
            let best =
                functions[index] ?? function.flatMap { reaches($0) ? $0 : nil } ?? labels[index]
                ?? label.flatMap { reaches($0) ? $0 : nil }
            guard let best else { continue }
            let name = names.name(best.name, in: file)
            if !name.isEmpty { result[address] = String(decoding: name, as: UTF8.self) }
        }
        return result
    }
}
