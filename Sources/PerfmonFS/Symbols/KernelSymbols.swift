import Glibc
import PerfmonEngine
import PrivilegeSupport

/// Names of the kernel's functions, from /proc/kallsyms.
enum KernelSymbols {
    /// The names of addresses, which are in ascending order. None when the kernel hides them from
    /// whose files these are.
    static func names(of addresses: [UInt64], with files: ClientFiles) -> [UInt64: String] {
        guard !addresses.isEmpty, let file = files.open("/proc/kallsyms") else { return [:] }
        defer { close(file) }
        var scan = KernelSymbolScan(addresses)
        var lines = KernelLines(file)
        while let piece = lines.next() { scan.take(piece[...]) }
        return scan.names
    }
}

/// Finds for each address the last function that begins at or before it. The lines come in
/// ascending order but for those of modules, which lie somewhere of their own.
struct KernelSymbolScan {
    private let addresses: [UInt64]
    private var best: [(start: UInt64, rank: UInt8, name: String)?]

    init(_ addresses: [UInt64]) {
        self.addresses = addresses
        best = Array(repeating: nil, count: addresses.count)
    }

    /// Takes lines such as `ffffffff81000000 T _text` or `ffffffffc0000000 t name [module]`.
    mutating func take(_ lines: ArraySlice<UInt8>) {
        let blank = UInt8(ascii: " ")
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            // 16 digits, a blank, the kind, a blank, the name.
            let first = line.startIndex
            guard line.count > 19, line[first + 16] == blank, line[first + 18] == blank,
                let rank = Self.rank(line[first + 17]),
                let start = Self.hex(line[first..<first + 16]), start > 0
            else { continue }
            let index = addresses.partitioningIndex { $0 >= start }
            guard index < addresses.count else { continue }
            if let known = best[index] {
                // Of several names for one place the last one, as perf takes it.
                guard start > known.start || start == known.start && rank >= known.rank else {
                    continue
                }
            }
            let name = line[(first + 19)...].prefix { $0 != blank && $0 != UInt8(ascii: "\t") }
            best[index] = (start, rank, String(decoding: name, as: UTF8.self))
        }
    }

    /// Functions that all of the kernel can call, weak ones, and those of one file; nil for data.
    private static func rank(_ kind: UInt8) -> UInt8? {
        switch kind {
        case UInt8(ascii: "T"): 2
        case UInt8(ascii: "W"), UInt8(ascii: "w"): 1
        case UInt8(ascii: "t"): 0
        default: nil
        }
    }

    var names: [UInt64: String] {
        var result: [UInt64: String] = [:]
        var last: (start: UInt64, rank: UInt8, name: String)?
        for (index, address) in addresses.enumerated() {
            last = best[index] ?? last
            // A function of more than a megabyte is none: the address lies in nobody's code.
            if let last, address - last.start < 1 << 20 {
                result[address] = last.name
            }
        }
        return result
    }

    private static func hex(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: value = value << 4 | UInt64(digit - 0x30)
            case 0x61...0x66: value = value << 4 | UInt64(digit - 0x57)
            default: return nil
            }
        }
        return value
    }
}
