import CFuse
import CLinux
@testable import FuseKit
import Glibc
@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
import SystemPackage

/// A mount whose kernel is the test: requests and replies go over a socket, byte for byte as they
/// go over /dev/fuse.
final class WireMount: @unchecked Sendable {
    let fileSystem: FileSystem
    private let session: FuseSession
    private let socket: Int32
    private let threads: [SystemThread]
    private let events: EventLoop
    private let pages: PageUpdater
    private var lastUnique: UInt64 = 0
    /// Messages that came while another one was waited for.
    private var early: [Message] = []

    /// What the file system sent: the answer to a request, or a notification.
    struct Message {
        let unique: UInt64
        /// 0, a negative errno, or the kind of a notification when `unique` is 0.
        let code: Int32
        let body: [UInt8]

        func word(_ offset: Int) -> UInt64 {
            body.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
        }

        func half(_ offset: Int) -> UInt32 {
            body.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
        }

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    init(_ content: sending MountContent) throws {
        FuseLog.shared.attach()
        fileSystem = FileSystem(content, name: "test")
        session = try FuseSession(serving: fileSystem, options: [])
        var ends: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0 else {
            throw Errno(rawValue: errno)
        }
        socket = ends[0]
        var io = fuse_custom_io()
        io.read = { descriptor, buffer, length, _ in recv(descriptor, buffer, length, 0) }
        io.writev = { descriptor, vectors, count, _ in
            var message = msghdr()
            message.msg_iov = vectors
            message.msg_iovlen = Int(count)
            return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
        }
        guard fuse_session_custom_io(session.pointer, &io, ends[1]) == 0 else {
            throw Errno.ioError
        }
        pages = PageUpdater(of: fileSystem, session.connection)
        events = try EventLoop(of: fileSystem, signals: sigset_t()) { _ in }
        let session = session
        threads = [
            SystemThread("wire-loop") { session.answerAll() }, pages.start(), events.start(),
        ]
        // FUSE_INIT of protocol 7.38 with all capabilities.
        let reply = try ask(26, 0, Wire.halves([7, 38, 65536, 0xffff_ffff]))
        precondition(reply.code == 0 && reply.half(0) == 7)
    }

    deinit {
        shutdown(socket, Int32(SHUT_RDWR))
        pages.end()
        events.end()
        for thread in threads {
            thread.join()
        }
        close(socket)
    }

    /// Runs `body` as the engine's thread would.
    func locked(_ body: () -> Void) {
        fileSystem.tree.withLock { _ in body() }
    }

    /// Requests that wait for their answer.
    var parkedCount: Int { fileSystem.tree.withLock { $0.parking.requests.count } }

    /// Sends a request and returns its number.
    @discardableResult
    func send(
        _ operation: UInt32,
        _ node: UInt64,
        _ body: [UInt8],
        uid: UInt32 = 0
    ) throws -> UInt64 {
        lastUnique += 2
        try send(operation, node, body, uid: uid, unique: lastUnique)
        return lastUnique
    }

    /// Sends a request with a number of its own.
    func send(
        _ operation: UInt32,
        _ node: UInt64,
        _ body: [UInt8],
        uid: UInt32,
        unique: UInt64
    ) throws {
        var packet = Wire.halves([UInt32(40 + body.count), operation])
        packet += Wire.words([unique, node])
        packet += Wire.halves([uid, 0, UInt32(getpid()), 0])
        packet += body
        guard Glibc.send(socket, packet, packet.count, Int32(MSG_NOSIGNAL)) == packet.count
        else {
            throw Errno(rawValue: errno)
        }
    }

    /// The next message, or nil when none comes within the time.
    func receive(within milliseconds: Int32 = 5000) throws -> Message? {
        if !early.isEmpty {
            return early.removeFirst()
        }
        return try receiveNew(within: milliseconds)
    }

    /// The answer to a request.
    func answer(to unique: UInt64) throws -> Message {
        if let index = early.firstIndex(where: { $0.unique == unique }) {
            return early.remove(at: index)
        }
        while let message = try receiveNew(within: 5000) {
            if message.unique == unique {
                return message
            }
            early.append(message)
        }
        throw Errno.timedOut
    }

    func ask(
        _ operation: UInt32,
        _ node: UInt64,
        _ body: [UInt8],
        uid: UInt32 = 0
    ) throws -> Message {
        try answer(to: send(operation, node, body, uid: uid))
    }

    private func receiveNew(within milliseconds: Int32) throws -> Message? {
        var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&waiting, 1, milliseconds) > 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        let length = recv(socket, &buffer, buffer.count, 0)
        guard length >= 16 else { throw Errno.ioError }
        let header = Message(unique: 0, code: 0, body: Array(buffer[..<16]))
        return Message(
            unique: header.word(8),
            code: Int32(bitPattern: header.half(4)),
            body: Array(buffer[16..<length])
        )
    }
}

/// The fields of FUSE messages as bytes.
enum Wire {
    static func halves(_ values: [UInt32]) -> [UInt8] {
        values.flatMap { withUnsafeBytes(of: $0) { Array($0) } }
    }

    static func words(_ values: [UInt64]) -> [UInt8] {
        values.flatMap { withUnsafeBytes(of: $0) { Array($0) } }
    }

    static func name(_ text: String) -> [UInt8] {
        Array(text.utf8) + [0]
    }
}
