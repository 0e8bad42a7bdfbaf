import LinuxSupport
import PerfmonEngine
import PerfmonModel

/// The history of processes told again in step with samples: what a process was called and mapped
/// when a sample was taken.
struct ProcessReplay {
    /// A process between two execs.
    final class Space {
        let pid: Int32
        /// Indices of `codes`, by address.
        fileprivate(set) var map: AddressMap<Int32>
        /// The process's user, its id in its own pid namespace and its mount namespace, as far as
        /// they are known.
        fileprivate(set) var uid: UInt32?
        fileprivate(set) var innermostID: Int32?
        fileprivate(set) var mountNamespace: UInt64 = 0
        /// Threads that samples came from, the first one of the process included; the first may
        /// have ended while others go on.
        private(set) var threads: [Int32]

        private static let mostThreads = 4

        init(pid: Int32, map: AddressMap<Int32> = AddressMap()) {
            self.pid = pid
            self.map = map
            threads = [pid]
        }

        /// A process that goes on, or has begun, with what is known of another one.
        fileprivate convenience init(pid: Int32, like other: Space?, maps: Bool) {
            self.init(pid: pid, map: maps ? other?.map ?? AddressMap() : AddressMap())
            uid = other?.uid
            mountNamespace = other?.mountNamespace ?? 0
            if other?.pid == pid {
                innermostID = other?.innermostID
            } else if let other, other.innermostID == other.pid {
                innermostID = pid
            }
        }

        /// The index of the code at an address; what was mapped last lies on top.
        func code(at address: UInt64) -> Int32? {
            map.piece(at: address)?.content
        }

        func note(thread: Int32) {
            guard thread != threads.last, !threads.contains(thread) else { return }
            if threads.count == Self.mostThreads { threads.remove(at: 1) }
            threads.append(thread)
        }
    }

    /// Code that was mapped, and when that was certain (CLOCK_MONOTONIC).
    struct Code {
        let mapped: MappedCode
        let seen: UInt64
    }

    private let entries: [ProcessHistory.Entry]
    private var next = 0
    private var current: [Int32: Int] = [:]
    /// Nil for a thread whose name is not known, whatever its process is called.
    private var names: [Int32: ByteString?] = [:]
    /// All spaces that there have been.
    private(set) var spaces: [Space] = []
    private(set) var codes: [Code] = []

    init(_ entries: [ProcessHistory.Entry]) {
        // What was read late was there before.
        self.entries = entries.enumerated().sorted {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }.map(\.element)
    }

    /// The processes that the history tells of.
    var pids: Set<Int32> {
        var pids: Set<Int32> = []
        for entry in entries {
            switch entry.record {
            case .named(let thread): pids.insert(thread.pid)
            case .mapped(let code): pids.insert(code.pid)
            case .forked(let thread): pids.insert(thread.pid)
            case .moved, .found, .unknown: break
            }
        }
        return pids
    }

    /// Goes on to a time.
    ///
    /// - Parameter limit: changes that are taken in at most.
    /// - Returns: whether the time was reached.
    @discardableResult
    mutating func advance(to time: UInt64, limit: Int = .max) -> Bool {
        var left = limit
        while next < entries.count, entries[next].time <= time {
            guard left > 0 else { return false }
            apply(entries[next])
            next += 1
            left -= 1
        }
        return true
    }

    /// Index of the space that a process has now.
    mutating func space(of pid: Int32) -> Int {
        if let known = current[pid] { return known }
        return begin(Space(pid: pid))
    }

    /// Whether a process has not executed another program since.
    func isCurrent(_ space: Int) -> Bool {
        current[spaces[space].pid] == space
    }

    /// What a thread is called now; its number behind a colon, as perf writes it, when it has no
    /// name or none is known.
    func name(ofThread tid: Int32, in pid: Int32) -> ByteString {
        // What a CPU does when there is nothing to do.
        if tid == 0 { return "swapper" }
        let name = (names[tid] ?? names[pid] ?? nil) ?? ""
        return name.bytes.isEmpty ? ByteString(":\(tid)") : name
    }

    private mutating func begin(_ space: Space) -> Int {
        spaces.append(space)
        current[space.pid] = spaces.count - 1
        return spaces.count - 1
    }

    private mutating func apply(_ entry: ProcessHistory.Entry) {
        switch entry.record {
        case .named(let thread):
            names[thread.tid] = .some(thread.name)
            guard thread.isExec else { return }
            let old = current[thread.pid].map { spaces[$0] }
            _ = begin(Space(pid: thread.pid, like: old, maps: false))
        case .mapped(let code):
            codes.append(Code(mapped: code, seen: entry.seen))
            let space = spaces[space(of: code.pid)]
            space.map.insert(code.address, through: code.lastAddress, Int32(codes.count - 1))
        case .forked(let thread):
            names[thread.tid] = names[thread.parentTid] ?? names[thread.parentPid]
            guard thread.pid != thread.parentPid else { return }
            let parent = spaces[space(of: thread.parentPid)]
            _ = begin(Space(pid: thread.pid, like: parent, maps: true))
        case .moved(let process):
            spaces[space(of: process.pid)].mountNamespace = process.mountNamespace
        case .found(let process):
            let space = spaces[space(of: process.pid)]
            space.uid = process.uid
            space.innermostID = process.innermostID
            space.mountNamespace = process.mountNamespace
        case .unknown(let pid, let tid):
            names[tid > 0 ? tid : pid] = .some(nil)
            if tid == 0 { _ = begin(Space(pid: pid)) }
        }
    }
}
