import CLinux
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import PrivilegeSupport

/// An address of a process, and what was mapped there when a sample found it.
struct Frame: Hashable {
    let address: UInt64
    /// Index of `ProcessReplay.codes`; -1 when it is not known that anything was there.
    let code: Int32

    init(_ address: UInt64, in space: ProcessReplay.Space) {
        self.address = address
        code = address >> 63 == 1 ? -1 : space.code(at: address) ?? -1
    }

    var isKernel: Bool { address >> 63 == 1 }
}

/// Gives addresses of processes their names: from the tables of the files they lie in, from the
/// maps of just-in-time compilers, from the kernel.
struct SymbolResolver {
    private let files: ClientFiles
    private let replay: ProcessReplay
    private let clockOffset: Int64
    private let ended: (Int32) -> Bool
    private let neighbours: Neighbours
    private var kernel: [UInt64: String] = [:]
    /// Of code in files.
    private var names: [Frame: String] = [:]
    /// Of code that is in memory alone, by space and address.
    private var memoryNames: [[UInt64: String]] = []

    /// - Parameters:
    ///   - files: of who asks: nothing is told that it could not find out itself.
    ///   - clockOffset: what the wall clock is ahead of CLOCK_MONOTONIC.
    ///   - ended: whether a process is known to have ended.
    init(
        _ files: ClientFiles,
        _ replay: ProcessReplay,
        clockOffset: Int64,
        ended: @escaping (Int32) -> Bool
    ) {
        self.files = files
        self.replay = replay
        self.clockOffset = clockOffset
        self.ended = ended
        neighbours = Neighbours(files)
    }

    /// What of a file is wanted, and who maps it.
    private struct Request {
        var frames: Set<Frame> = []
        var spaces: Set<Int> = []
    }

    /// Looks the frames of each space up.
    mutating func resolve(_ wanted: [Set<Frame>]) {
        memoryNames = Array(repeating: [:], count: replay.spaces.count)
        var requests: [CodeFile: Request] = [:]
        var inKernel: Set<UInt64> = []
        var inMemory: [Int: Set<UInt64>] = [:]
        for (index, frames) in wanted.enumerated() {
            for frame in frames {
                if frame.isKernel {
                    inKernel.insert(frame.address)
                } else if frame.code >= 0 {
                    let file = CodeFile(replay.codes[Int(frame.code)].mapped.file)
                    if file.isFile || file.isVdso(at: frame.address) {
                        requests[file, default: Request()].frames.insert(frame)
                        requests[file]?.spaces.insert(index)
                    }
                    if !file.hasPath { inMemory[index, default: []].insert(frame.address) }
                }
            }
        }
        for (file, request) in requests { nameFile(file, request) }
        for (index, addresses) in inMemory { nameMemory(addresses.sorted(), of: index) }
        kernel = KernelSymbols.names(of: inKernel.sorted(), with: files)
    }

    /// The name of a frame of a space. A name in brackets is that of a file in which nothing covers
    /// the address, or says that not even a file is known.
    func name(of frame: Frame, in space: Int) -> String {
        if frame.isKernel { return kernel[frame.address].map(FoldedName.plain) ?? "[kernel]" }
        guard frame.code >= 0 else { return "[unknown]" }
        if let name = names[frame] ?? memoryNames[space][frame.address] {
            return FoldedName.plain(name)
        }
        let file = CodeFile(replay.codes[Int(frame.code)].mapped.file)
        return FoldedName.plain(file.bracketed.bytes)
    }

    private func isLiving(_ space: Int) -> Bool {
        replay.isCurrent(space) && !ended(replay.spaces[space].pid)
    }

    private mutating func nameMemory(_ addresses: [UInt64], of index: Int) {
        let finder = PerfMapFinder(files, neighbours)
        guard let map = finder.find(of: replay.spaces[index], isLiving: isLiving(index)) else {
            return
        }
        defer { map.close() }
        memoryNames[index] = map.names(of: addresses)
    }

    private mutating func nameFile(_ file: CodeFile, _ request: Request) {
        guard file.isFile else {
            let vdso = clinux_vdso_open()
            guard vdso >= 0, let elf = ElfFile.take(over: vdso) else { return }
            take(
                ElfSymbols.names(of: addresses(of: request, in: elf, .always), in: elf),
                elf,
                request
            )
            return
        }
        let seen = request.frames.map { replay.codes[Int($0.code)].seen }.max() ?? 0
        let finder = CodeFinder(files, neighbours, clockOffset: clockOffset)
        guard let found = finder.find(file, users(of: request), seen: seen) else { return }
        let wanted = addresses(of: request, in: found.elf, found.belief)
        guard !wanted.isEmpty else { return }
        let frames = ElfFrames(of: found.elf)
        var names = ElfSymbols.names(of: wanted, in: found.elf, frames: frames)
        if !ElfSymbols.hasFullTable(found.elf),
            let debug = DebugFile(files: files).open(for: found, path: file.mapped.path.bytes)
        {
            let more = ElfSymbols.names(
                of: wanted,
                in: debug,
                frames: frames,
                order: ElfSymbols.debugOrder
            )
            names.merge(more) { _, new in new }
        }
        take(names, found.elf, request, found.belief)
    }

    /// Where in the file's own numbering the frames are that were mapped from it as it is now.
    private func addresses(
        of request: Request,
        in elf: borrowing ElfFile,
        _ belief: CodeBelief
    ) -> [UInt64] {
        var addresses: Set<UInt64> = []
        for frame in request.frames {
            if let address = address(of: frame, in: elf, belief) { addresses.insert(address) }
        }
        return addresses.sorted()
    }

    private func address(
        of frame: Frame,
        in elf: borrowing ElfFile,
        _ belief: CodeBelief
    ) -> UInt64? {
        let code = replay.codes[Int(frame.code)]
        guard belief.covers(code.seen, clockOffset: clockOffset) else { return nil }
        return elf.address(ofOffset: frame.address - code.mapped.address &+ code.mapped.offset)
    }

    private mutating func take(
        _ found: [UInt64: String],
        _ elf: borrowing ElfFile,
        _ request: Request,
        _ belief: CodeBelief = .always
    ) {
        for frame in request.frames {
            guard let address = address(of: frame, in: elf, belief), let name = found[address]
            else {
                continue
            }
            names[frame] = name
        }
    }

    private func users(of request: Request) -> [CodeFinder.User] {
        let living = request.spaces.sorted { isLiving($0) && !isLiving($1) }
        return living.map { index in
            let space = replay.spaces[index]
            let isLiving = isLiving(index)
            let frame = request.frames.first { space.code(at: $0.address) == $0.code }
            let code = frame.map { replay.codes[Int($0.code)].mapped }
            return CodeFinder.User(
                threads: isLiving ? space.threads : [],
                range: isLiving ? code.map { ($0.address, $0.lastAddress) } : nil,
                mountNamespace: space.mountNamespace
            )
        }
    }
}
