import CLinux
import PerfmonEngine
import PerfmonModel
import PrivilegeSupport

/// Gives addresses of processes their names: from the tables of the files they lie in, from the
/// maps of just-in-time compilers, from the kernel.
struct SymbolResolver {
    private let files: ClientFiles
    private var kernel: [UInt64: String] = [:]
    /// By space and address.
    private var names: [[UInt64: String]] = []

    /// - Parameter files: of who asks: nothing is told that he could not find out himself.
    init(with files: ClientFiles) {
        self.files = files
    }

    /// Looks the addresses of each space up.
    mutating func resolve(_ wanted: [Set<UInt64>], in spaces: [ProcessReplay.Space]) {
        names = Array(repeating: [:], count: spaces.count)
        var placesInFiles: [CodeFile: [Address]] = [:]
        var inKernel: Set<UInt64> = []
        for (index, space) in spaces.enumerated() {
            var inMemory: [UInt64] = []
            for address in wanted[index] {
                if address >> 63 == 1 {
                    inKernel.insert(address)
                } else if let code = space.code(at: address) {
                    let file = CodeFile(code)
                    names[index][address] = Self.plain(file.bracketed)
                    let offset = address - code.address &+ code.offset
                    if file.isFile || file.isVdso(at: address) {
                        placesInFiles[file, default: []].append(Address(index, address, offset))
                    } else {
                        inMemory.append(address)
                    }
                }
            }
            nameMemory(inMemory.sorted(), of: space, index)
        }
        for (file, places) in placesInFiles { nameFile(file, places, spaces) }
        kernel = KernelSymbols.names(of: inKernel.sorted(), with: files)
    }

    /// The name of an address of a space. A name in brackets is that of a file in which nothing
    /// covers the address, or says that not even a file is known.
    func name(of address: UInt64, in space: Int) -> String {
        if address >> 63 == 1 { return kernel[address] ?? "[kernel]" }
        return names[space][address] ?? "[unknown]"
    }

    /// An address of a space, and where it lies in its file.
    private struct Address {
        let space: Int
        let address: UInt64
        let offset: UInt64

        init(_ space: Int, _ address: UInt64, _ offset: UInt64) {
            self.space = space
            self.address = address
            self.offset = offset
        }
    }

    private mutating func nameMemory(
        _ addresses: [UInt64],
        of space: ProcessReplay.Space,
        _ index: Int
    ) {
        guard !addresses.isEmpty, let map = PerfMapFile(pid: space.pid, with: files) else { return }
        for (address, name) in map.names(of: addresses) {
            names[index][address] = Self.plain(name)
        }
    }

    private mutating func nameFile(
        _ file: CodeFile,
        _ places: [Address],
        _ spaces: [ProcessReplay.Space]
    ) {
        let pid = places.first.map { spaces[$0.space].pid } ?? 0
        let descriptor =
            file.isFile ? file.open(asSeenBy: pid, with: files) : clinux_vdso_open()
        guard let descriptor, descriptor >= 0, let elf = ElfFile.take(over: descriptor),
            file.buildID.isEmpty || elf.buildID() == file.buildID
        else { return }
        let addresses = Dictionary(
            places.compactMap { place in elf.address(ofOffset: place.offset).map { ($0, [place]) }
            },
            uniquingKeysWith: +
        )
        let wanted = addresses.keys.sorted()
        var found = ElfSymbols.names(of: wanted, in: elf)
        if !ElfSymbols.hasFullTable(elf), let debug = debugFile(of: elf) {
            found.merge(ElfSymbols.names(of: wanted, in: debug)) { _, new in new }
        }
        for (address, name) in found {
            for place in addresses[address] ?? [] {
                names[place.space][place.address] = Self.plain(name)
            }
        }
    }

    /// Where distributions put the symbols that they take out of programs.
    private func debugFile(of elf: borrowing ElfFile) -> ElfFile? {
        guard let id = elf.buildID(), id.count > 1 else { return nil }
        let digits = id.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        let path = "/usr/lib/debug/.build-id/\(digits[0])/\(digits[1...].joined()).debug"
        guard let file = files.open(path) else { return nil }
        return ElfFile.take(over: file)
    }

    /// A name without what has a meaning in folded stacks.
    private static func plain(_ name: String) -> String {
        let bytes = name.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: ";"): UInt8(ascii: ":")
            case 0..<0x20, 0x7f: UInt8(ascii: "?")
            default: byte
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
