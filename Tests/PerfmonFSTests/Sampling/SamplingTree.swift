@testable import FuseKit
import Glibc
@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonFS
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage

/// A tree over the simulated PMU with a manual clock, whose files are read and written without a
/// mount.
final class SamplingTree {
    let clock = SimulatedClock(isManual: true)
    let threads = ScriptedThreads()
    let engine: Engine
    let mount: PerfmonMount
    let root = Client(uid: 0, gid: 0, tid: getpid())
    private let top: any DirectorySource

    init() throws {
        var options = EngineOptions()
        options.cpuCount = 2
        options.lockedMemory = { _ in LockedMemory(current: 0, maximum: 8 << 20) }
        let backend = try SimulatedBackend(clock: clock, threads: threads)
        engine = Engine(backend: backend, options: options)
        mount = PerfmonMount(engine: engine, options: TreeOptions(), backendReports: { [] })
        top = mount.root()
        top.place = Place(path: "", services: mount.services)
        _ = try engine.createContext("c", by: root)
    }

    /// A context that samples `cycles` every 1000 ns of thread 7, loaded and started.
    func sample(format: String = "default buf_size=1M", registers: String = "none") throws {
        try write("contexts/c/events", "cycles instructions")
        try write("contexts/c/smpl_fmt", format)
        for (file, value) in [
            ("value", "-1000"), ("short_reset", "-1000"), ("long_reset", "-1000"),
            ("smpl_pmds", registers), ("flags", "ovfl_notify"),
        ] {
            try write("contexts/c/sets/0/pmd0/\(file)", value)
        }
        try write("contexts/c/load_context", "tid 7")
        try write("contexts/c/start", "1")
    }

    func pass(_ nanoseconds: UInt64) {
        clock.advance(by: nanoseconds)
        engine.drain()
    }

    /// The node of a path; nil when there is none.
    func find(_ path: String) -> Child? {
        var directory = top
        let names = path.split(separator: "/").map(String.init)
        for (index, name) in names.enumerated() {
            guard let child = directory.find(name) else { return nil }
            let place = directory.place.child(name)
            switch child {
            case .directory(let next):
                next.place = place
                if index == names.count - 1 { return child }
                directory = next
            case .file(let file):
                file.place = place
                return index == names.count - 1 ? child : nil
            }
        }
        return .directory(directory)
    }

    func file(_ path: String) throws -> any FileSource {
        guard case .file(let file)? = find(path) else { throw Errno.noSuchFileOrDirectory }
        return file
    }

    func names(_ path: String) -> [String] {
        guard case .directory(let directory)? = find(path) else { return [] }
        return ((try? directory.list(for: root)) ?? []).map(\.name)
    }

    func open(_ path: String, by client: Client? = nil) throws -> any FileHandle {
        try file(path).open(by: client ?? root, flags: .read)
    }

    func write(_ path: String, _ line: String, by client: Client? = nil) throws {
        let handle = try file(path).open(by: client ?? root, flags: .write)
        let failure = handle.writeText(line + "\n", by: client ?? root)
        handle.release()
        if let failure { throw failure }
    }

    /// One read(2); nil while it waits.
    func read(
        _ handle: any FileHandle,
        at offset: Int = 0,
        size: Int = 1 << 20
    ) -> Result<[UInt8], Errno>? {
        let recorder = ReplyRecorder()
        handle.read(
            ReadRequest(offset: offset, size: size, recorder: recorder)
        )
        return recorder.result
    }

    /// A whole file, read in pieces.
    func bytes(_ path: String, piece: Int = 1 << 16, by client: Client? = nil) throws -> [UInt8] {
        let handle = try open(path, by: client)
        defer { handle.release() }
        var all: [UInt8] = []
        while true {
            guard let answer = read(handle, at: all.count, size: piece) else { return all }
            let part = try answer.get()
            if part.isEmpty { return all }
            all += part
        }
    }

    func text(_ path: String) throws -> String {
        String(decoding: try bytes(path), as: UTF8.self)
    }

    /// Bytes that stat(2) shows.
    func size(_ path: String) throws -> UInt64 {
        try file(path).size(for: root)
    }
}

/// The errno of a refused operation; nil when it was done.
func code(_ operation: () throws -> Void) -> Errno? {
    do {
        try operation()
        return nil
    } catch let error as PfmError {
        return error.code
    } catch {
        return error as? Errno
    }
}
