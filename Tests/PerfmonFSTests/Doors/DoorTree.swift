@testable import FuseKit
import Glibc
@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
@testable import SimulatedBackend
import SystemPackage

/// Who gives a command.
enum Actor: UInt32, CaseIterable {
    case root = 0
    /// Owns the context's directory.
    case owner = 1000
    /// Loaded the context before it was given to the owner.
    case loader = 2000
    /// Anybody else, whom the modes let in.
    case stranger = 3000

    var client: Client { Client(uid: rawValue, gid: rawValue, tid: getpid()) }
}

/// The states of a context, reached the way a user reaches them.
enum DoorState: String, CaseIterable {
    case unloaded, loaded, started, masked, maskedStopped, blocked, ended

    var isMasked: Bool { self == .masked || self == .maskedStopped || self == .blocked }
    var isAttached: Bool { self != .unloaded && self != .ended }
}

/// What a client gets: the errno of its system call and the sentence that says why; nil when the
/// command was done.
struct DoorRefusal: Equatable, CustomStringConvertible {
    var code: Errno
    var sentence: String

    var description: String { "\(code.rawValue) \(sentence)" }
}

/// One context in a state, in a tree without a mount.
struct DoorTree {
    let tree: SamplingTree
    let context: Context
    /// Open `clone` when the context is one.
    private let clone: (any FileHandle)?

    init(_ state: DoorState, isClone: Bool = false) throws {
        tree = try SamplingTree()
        let loader = Actor.loader.client
        if isClone {
            let file = try tree.file("clone")
            let handle = try file.open(by: loader, flags: [.read, .write])
            clone = handle
            let name = handle.readText()?.split(separator: "\n").first.map(String.init) ?? ""
            guard let made = tree.engine.context(name) else { throw Errno.noSuchFileOrDirectory }
            context = made
        } else {
            clone = nil
            context = try tree.engine.createContext("door", by: loader)
        }
        try reach(state, by: loader)
        let node = tree.mount.node(of: context)
        let mode = node.ownership.mode
        node.setOwnership(Ownership(mode: mode, uid: 1000, gid: 1000))
    }

    private func reach(_ state: DoorState, by loader: Client) throws {
        func give(_ command: ContextCommand) throws { try context.perform(command, by: loader) }
        if state == .blocked { try give(.setFlags([.notifyBlock, .mapSets])) }
        if state != .blocked { try give(.setFlags(.mapSets)) }
        try give(.setEvents(["cycles"], set: 0))
        try give(.createSets([SetDescription(1)], exclusively: true))
        if state.isMasked {
            var settings = CounterSettings()
            settings.value = 0 &- 1000
            settings.flags = .overflowNotify
            try give(.writePMDs([DataSetting(RegisterAddress(0, set: 0), settings)]))
        }
        guard state != .unloaded else { return }
        try give(.load(.thread(7), set: 0))
        guard state != .loaded else { return }
        try give(.start(set: nil))
        if state.isMasked { tree.pass(1000) }
        if state == .maskedStopped { try give(.stop) }
        if state == .ended {
            tree.threads.end(7)
            tree.pass(1)
        }
    }

    var path: String { "contexts/\(context.name)" }

    /// Gives a command to the engine itself.
    func direct(_ command: ContextCommand, by client: Client) -> DoorRefusal? {
        context.outcome(of: command, by: client).failure.map {
            DoorRefusal(code: $0.code, sentence: $0.sentence)
        }
    }

    /// Gives a command at a door.
    func give(_ door: DoorCommand.Door, by client: Client) throws -> DoorRefusal? {
        let code: Errno?
        switch door {
        case .write(let file, let line): code = try write("\(path)/\(file)", line, client)
        case .control(let line): code = try write("\(path)/ctl", line, client)
        case .read(let file): code = try read("\(path)/\(file)", client)
        case .makeDirectory(let name):
            code = try change(name) { (directory, name) throws(Errno) in
                try directory.make(name, mode: 0o755, by: client)
            }
        case .removeDirectory(let name):
            code = try change(name) { (directory, name) throws(Errno) in
                try directory.remove(name, by: client)
            }
        case .removeContext:
            guard case .directory(let contexts)? = tree.find("contexts") else {
                throw Errno.noSuchFileOrDirectory
            }
            code = failure { () throws(Errno) in try contexts.remove(context.name, by: client) }
        }
        guard let code else { return nil }
        return DoorRefusal(code: code, sentence: tree.mount.node(of: context).status.take())
    }

    /// Writes a line to the open `clone`.
    func giveToClone(_ line: String, by client: Client) -> DoorRefusal? {
        guard let clone else { return nil }
        guard let code = clone.writeText(line + "\n", by: client) else { return nil }
        return DoorRefusal(code: code, sentence: tree.mount.node(of: context).status.take())
    }

    private func write(_ path: String, _ line: String, _ client: Client) throws -> Errno? {
        let handle = try tree.file(path).open(by: client, flags: .write)
        defer { handle.release() }
        return handle.writeText(line + "\n", by: client)
    }

    private func read(_ path: String, _ client: Client) throws -> Errno? {
        let handle = try tree.file(path).open(by: client, flags: .read)
        defer { handle.release() }
        let recorder = ReplyRecorder(client: client)
        handle.read(ReadRequest(offset: 0, size: 4096, recorder: recorder))
        return recorder.failure
    }

    private func change(
        _ name: String,
        _ body: (any DirectorySource, String) throws(Errno) -> Void
    ) throws -> Errno? {
        let parts = name.split(separator: "/").map(String.init)
        guard case .directory(let parent)? = tree.find("\(path)/\(parts[0])") else {
            throw Errno.noSuchFileOrDirectory
        }
        return failure { () throws(Errno) in try body(parent, parts[1]) }
    }

    private func failure(_ body: () throws(Errno) -> Void) -> Errno? {
        do throws(Errno) {
            try body()
            return nil
        } catch {
            return error
        }
    }
}
