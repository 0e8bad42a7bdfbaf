@testable import FuseKit
@testable import PerfmonFS

/// The requests that the tests make, by the name of the kernel's call.
extension WireMount {
    /// Looks up a path from the root; returns the last reply.
    func lookup(_ path: String, uid: UInt32 = 0) throws -> Message {
        var node: UInt64 = 1
        var reply = Message(unique: 0, code: 0, body: [])
        for name in path.split(separator: "/") {
            reply = try ask(1, node, Wire.name(String(name)), uid: uid)
            guard reply.code == 0 else { return reply }
            node = reply.word(0)
        }
        return reply
    }

    /// The node of a path.
    func node(_ path: String) throws -> UInt64 {
        let reply = try lookup(path)
        guard reply.code == 0 else {
            throw WireFailure(code: reply.code, path: path)
        }
        return reply.word(0)
    }

    func forget(_ node: UInt64, _ count: UInt64) throws {
        try send(2, node, Wire.words([count]))
    }

    func getattr(_ node: UInt64, uid: UInt32 = 0) throws -> Message {
        try ask(3, node, Wire.words([0, 0]), uid: uid)
    }

    /// chmod, chown and so on; `fields` are FATTR bits.
    func setattr(
        _ node: UInt64,
        fields: UInt32,
        mode: UInt32 = 0,
        uid: UInt32 = 0,
        gid: UInt32 = 0
    ) throws -> Message {
        try ask(
            4,
            node,
            Wire.halves([fields, 0]) + Wire.words([0, 0, 0, 0, 0, 0])
                + Wire.halves([0, 0, 0, mode, 0, uid, gid, 0])
        )
    }

    func mkdir(_ parent: UInt64, _ name: String, mode: UInt32 = 0o755) throws -> Message {
        try ask(9, parent, Wire.halves([mode, 0]) + Wire.name(name))
    }

    func rmdir(_ parent: UInt64, _ name: String) throws -> Message {
        try ask(11, parent, Wire.name(name))
    }

    /// Opens a file; the reply's first word is its handle.
    func open(_ node: UInt64, flags: UInt32 = 0) throws -> Message {
        try ask(14, node, Wire.halves([flags, 0]))
    }

    func handle(_ node: UInt64, flags: UInt32 = 0) throws -> UInt64 {
        let reply = try open(node, flags: flags)
        guard reply.code == 0 else {
            throw WireFailure(code: reply.code, path: "open")
        }
        return reply.word(0)
    }

    @discardableResult
    func sendRead(
        _ node: UInt64,
        _ handle: UInt64,
        at offset: UInt64 = 0,
        size: UInt32 = 4096,
        flags: UInt32 = 0,
        forPage: Bool = false,
        unique: UInt64? = nil
    ) throws -> UInt64 {
        // FUSE_READ_LOCKOWNER and an owner, unless the kernel fills a page.
        let body =
            Wire.words([handle, offset]) + Wire.halves([size, forPage ? 0 : 2])
            + Wire.words([forPage ? 0 : 0x5eed]) + Wire.halves([flags, 0])
        if let unique {
            try send(15, node, body, uid: 0, unique: unique)
            return unique
        }
        return try send(15, node, body)
    }

    func read(
        _ node: UInt64,
        _ handle: UInt64,
        at offset: UInt64 = 0,
        size: UInt32 = 4096,
        flags: UInt32 = 0,
        forPage: Bool = false
    ) throws -> Message {
        try answer(
            to: sendRead(node, handle, at: offset, size: size, flags: flags, forPage: forPage)
        )
    }

    func write(_ node: UInt64, _ handle: UInt64, _ bytes: [UInt8]) throws -> Message {
        try ask(
            16,
            node,
            Wire.words([handle, 0]) + Wire.halves([UInt32(bytes.count), 0]) + Wire.words([0])
                + Wire.halves([1, 0]) + bytes
        )
    }

    func interrupt(_ unique: UInt64) throws {
        try send(36, 0, Wire.words([unique]), uid: 0, unique: unique + 1)
    }

    /// Polls; `schedule` asks for a notification with the number `wakeup`.
    func poll(
        _ node: UInt64,
        _ handle: UInt64,
        wakeup: UInt64,
        schedule: Bool
    ) throws -> Message {
        try ask(
            40,
            node,
            Wire.words([handle, wakeup]) + Wire.halves([schedule ? 1 : 0, 0x3fff])
        )
    }

    @discardableResult
    func release(_ node: UInt64, _ handle: UInt64) throws -> Message {
        try ask(18, node, Wire.words([handle]) + Wire.halves([0, 0]) + Wire.words([0]))
    }

    /// The names in a directory, read in pieces of `size` bytes.
    func names(_ node: UInt64, size: UInt32 = 4096, plus: Bool = false) throws -> [String] {
        let handle = try ask(27, node, Wire.halves([0, 0])).word(0)
        var names: [String] = []
        var offset: UInt64 = 0
        while true {
            let reply = try ask(
                plus ? 44 : 28,
                node,
                Wire.words([handle, offset]) + Wire.halves([size, 0]) + Wire.words([0])
                    + Wire.halves([0, 0])
            )
            guard reply.code == 0 else { throw WireFailure(code: reply.code, path: "readdir") }
            guard !reply.body.isEmpty else { break }
            var position = 0
            while position < reply.body.count {
                position += plus ? 128 : 0
                offset = reply.word(position + 8)
                let length = Int(reply.half(position + 16))
                let name = reply.body[(position + 24)..<(position + 24 + length)]
                names.append(String(decoding: name, as: UTF8.self))
                position += (24 + length + 7) / 8 * 8
            }
        }
        _ = try ask(29, node, Wire.words([handle]) + Wire.halves([0, 0]) + Wire.words([0]))
        return names
    }
}

/// A request of a test's own making that failed.
struct WireFailure: Error {
    let code: Int32
    let path: String
}
