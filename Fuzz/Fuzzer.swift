@testable import FuseKit
import Glibc
@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
@testable import SimulatedBackend
import SystemPackage
@testable import PfmfsOptions

/// What libFuzzer calls with one input after the other.
///
/// An input is a script: each line is the path of a file and the text to be written to it, or one
/// of the words below. Unlike a shell script it never waits, and the clock moves when it says so.
/// Inputs that begin like an ELF file or with `#map` go to the readers of users' symbol files.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ length: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: start, count: length))
    if bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) {
        SymbolFiles.readElf(bytes)
    } else if bytes.starts(with: Array("#map".utf8)) {
        SymbolFiles.readMap(bytes)
    } else {
        Script(bytes)?.run()
    }
    return 0
}

/// One run of a script in a tree of its own, over the simulated PMU.
final class Script {
    private let lines: [[UInt8]]
    private let clock = SimulatedClock(isManual: true)
    private let threads = ScriptedThreads()
    private let engine: Engine
    private let mount: PerfmonMount
    private let top: any DirectorySource
    private var client = Client(uid: 0, gid: 0, tid: 7)
    /// Files that stay open, as a shell keeps them.
    private var open: [any FileHandle] = []

    /// Lines that one script may have, and the time that may pass in it: an input is to be done in
    /// milliseconds.
    private static let mostLines = 60
    private static let longestStep: UInt64 = 20_000

    init?(_ bytes: [UInt8]) {
        lines = bytes.split(separator: 0x0a).prefix(Self.mostLines).map(Array.init)
        var options = EngineOptions()
        options.cpuCount = 2
        options.limits.sets.total = 100
        options.limits.contexts = Limit(total: 20, perUser: 5)
        options.lockedMemory = { _ in LockedMemory(current: 0, maximum: 1 << 16) }
        options.paceClock = { 0 }
        guard let backend = try? SimulatedBackend(clock: clock, threads: threads) else {
            return nil
        }
        engine = Engine(backend: backend, options: options)
        mount = PerfmonMount(engine: engine, options: TreeOptions(), backendReports: { [] })
        top = mount.root()
        top.place = Place(path: "", services: mount.services)
        _ = try? engine.createContext("c", by: client)
    }

    func run() {
        for line in lines {
            let parts = line.split(separator: 0x20, maxSplits: 1)
            guard let first = parts.first else { continue }
            let word = String(decoding: first, as: UTF8.self)
            let text = parts.count > 1 ? Self.unescaped(parts[1]) : []
            carryOut(word, text)
        }
        readEverything(in: top, depth: 0)
        for handle in open { handle.release() }
        for context in engine.allContexts { engine.removeContext(context) }
        precondition(engine.bufferMemoryInUse == 0, "a buffer is still charged")
        precondition(engine.threadSessionCount == 0, "a session is still counted")
        precondition(engine.systemSessionCount == 0, "a session is still counted")
        for usage in engine.usage.prefix(2) { precondition(usage.used == 0, "\(usage.kind)") }
    }

    private func carryOut(_ word: String, _ text: [UInt8]) {
        let argument = String(decoding: text, as: UTF8.self)
        switch word {
        case "!pass":
            clock.advance(by: (UInt64(argument) ?? 1000) % Self.longestStep)
            engine.drain()
        case "!end": threads.end(Int32(argument) ?? 7)
        case "!user": client = Client(uid: UInt32(argument) ?? 1000, gid: 1000, tid: 7)
        case "!mkdir": change(argument) { $0.isMade($1, by: client) }
        case "!rmdir": change(argument) { $0.isRemoved($1, by: client) }
        case "!read": read(argument)
        case "!mode": setMode(argument)
        case "!options":
            _ = try? MountOptions(parsing: ["/m", "-o", argument])
        default: write(word, text)
        }
    }

    private func write(_ path: String, _ text: [UInt8]) {
        guard case .file(let file)? = find(path),
            let handle = try? file.open(by: client, flags: [.write, .nonBlocking])
        else { return }
        (text + [0x0a]).withUnsafeBufferPointer {
            handle.write(WriteRequest($0, recorder: ReplyRecorder(client: client)))
        }
        handle.release()
    }

    private func read(_ path: String) {
        guard case .file(let file)? = find(path),
            let handle = try? file.open(by: client, flags: [.read, .nonBlocking])
        else { return }
        read(handle)
        open.append(handle)
    }

    private func read(_ handle: any FileHandle) {
        for offset in [0, 40, 4096, Int.max] {
            handle.read(
                ReadRequest(
                    offset: offset,
                    size: 4096,
                    isNonBlocking: true,
                    recorder: ReplyRecorder(client: client)
                )
            )
        }
        _ = handle.poll(nil)
    }

    private func change(_ path: String, _ body: (any DirectorySource, String) -> Void) {
        let names = path.split(separator: "/")
        let parent = names.dropLast().joined(separator: "/")
        guard let name = names.last, case .directory(let directory)? = find(parent) else { return }
        body(directory, String(name))
    }

    private func setMode(_ path: String) {
        let ownership = Ownership(mode: 0o700, uid: 1000, gid: 1000)
        switch find(path) {
        case .file(let file)?: try? file.setOwnership(ownership, by: client)
        case .directory(let directory)?: try? directory.setOwnership(ownership, by: client)
        case nil: break
        }
    }

    private func readEverything(in directory: any DirectorySource, depth: Int) {
        let isLarge = ["events", "pmu_desc", "cpu"].contains(directory.place.path)
        guard !isLarge, depth < 4 else { return }
        for entry in directory.list(for: client) {
            guard let child = directory.find(entry.name) else { continue }
            let place = directory.place.child(entry.name)
            switch child {
            case .directory(let next):
                next.place = place
                readEverything(in: next, depth: depth + 1)
            case .file(let file):
                file.place = place
                guard entry.name != "clone", entry.name != "available_events" else { continue }
                _ = file.size(for: client)
                guard let handle = try? file.open(by: client, flags: [.read, .nonBlocking])
                else { continue }
                read(handle)
                handle.release()
            }
        }
    }

    /// The node of a path from the root, or from the first context; a path that is none means one
    /// of the context's files, so that hardly any input is for nothing.
    private func find(_ path: String) -> Child? {
        descend(path) ?? descend("contexts/c/\(path)")
    }

    private func descend(_ path: String) -> Child? {
        var directory = top
        let names = path.split(separator: "/").map(String.init)
        for (index, name) in names.enumerated() {
            guard let child = directory.find(name) else { return nil }
            let place = directory.place.child(name)
            switch child {
            case .directory(let next):
                next.place = place
                directory = next
            case .file(let file):
                file.place = place
                return index == names.count - 1 ? child : nil
            }
        }
        return .directory(directory)
    }

    /// `\n` is a newline within a write, `\0` a byte that is no text.
    private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var isEscaped = false
        for byte in text {
            if isEscaped {
                isEscaped = false
                result.append(byte == 0x6e ? 0x0a : byte == 0x30 ? 0 : byte)
            } else if byte == 0x5c {
                isEscaped = true
            } else {
                result.append(byte)
            }
        }
        return result
    }
}

extension DirectorySource {
    fileprivate func isMade(_ name: String, by client: Client) {
        try? make(name, mode: 0o755, by: client)
    }

    fileprivate func isRemoved(_ name: String, by client: Client) {
        try? remove(name, by: client)
    }
}

/// The readers of files that monitored programs bring along.
enum SymbolFiles {
    private static let addresses: [UInt64] = [
        0, 1, 64, 0x1000, 0x1139, 0x40_1000, 0x40_1136, 1 << 62, .max,
    ]

    static func readElf(_ bytes: [UInt8]) {
        let file = memory(bytes)
        guard file >= 0, let elf = ElfFile.take(over: file) else { return }
        _ = elf.buildID()
        _ = addresses.map { elf.address(ofOffset: $0) }
        _ = ElfSymbols.names(of: addresses, in: elf)
    }

    static func readMap(_ bytes: [UInt8]) {
        _ = PerfMapFile(lines: bytes).names(of: addresses)
    }

    /// A file that exists in memory alone.
    private static func memory(_ bytes: [UInt8]) -> Int32 {
        let file = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0, pwrite(file, bytes, bytes.count, 0) == bytes.count else {
            if file >= 0 { close(file) }
            return -1
        }
        return file
    }

    private static let O_TMPFILE: Int32 = 0o20_200_000
}
