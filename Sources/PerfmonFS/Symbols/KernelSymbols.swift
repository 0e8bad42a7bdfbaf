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
        var rest: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let got = read(file, &buffer, buffer.count)
            guard got > 0 else { break }
            rest += buffer[..<got]
            let end = rest.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            scan.take(rest[..<end])
            rest.removeFirst(end)
        }
        return scan.names
    }
}

/// Finds for each address the last function that begins at or before it. The lines come in
/// ascending order but for those of modules, which lie somewhere of their own.
struct KernelSymbolScan {
    private let addresses: [UInt64]
    private var best: [(start: UInt64, name: String)?]

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
            guard line.count > 19, line[first + 16] == blank, line[first + 18] == blank else {
                continue
            }
            let kind = line[first + 17] | 0x20
            guard kind == UInt8(ascii: "t") || kind == UInt8(ascii: "w"),
                let start = Self.hex(line[first..<first + 16])
            else { continue }
            let index = addresses.partitioningIndex { $0 >= start }
            guard index < addresses.count, best[index]?.start ?? 0 <= start else { continue }
            // Of two names for one place the first is the one that everybody knows.
            if let known = best[index], known.start == start { continue }
            let name = line[(first + 19)...].prefix { $0 != blank && $0 != UInt8(ascii: "\t") }
            best[index] = (start, String(decoding: name, as: UTF8.self))
        }
    }

    var names: [UInt64: String] {
        var result: [UInt64: String] = [:]
        var last: (start: UInt64, name: String)?
        for (index, address) in addresses.enumerated() {
            last = best[index] ?? last
            // A function of more than a megabyte is none: the address lies in nobody's code.
            if let last, last.start > 0, address - last.start < 1 << 20 {
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
