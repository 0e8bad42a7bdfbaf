import PerfmonEngine
import PerfmonModel

/// The history of processes told again in step with samples: what a process was called and mapped
/// when a sample was taken.
struct ProcessReplay {
    /// What one process maps between two execs.
    final class Space {
        let pid: Int32
        fileprivate(set) var maps: [MappedCode]

        init(pid: Int32, maps: [MappedCode] = []) {
            self.pid = pid
            self.maps = maps
        }

        /// The code at an address; what was mapped last lies on top.
        func code(at address: UInt64) -> MappedCode? {
            maps.last { $0.address <= address && address - $0.address < $0.length }
        }
    }

    private let entries: [ProcessHistory.Entry]
    private var next = 0
    private var current: [Int32: Int] = [:]
    private var names: [Int32: String] = [:]
    /// All spaces that there have been.
    private(set) var spaces: [Space] = []

    init(_ entries: [ProcessHistory.Entry]) {
        // What was read late was there before.
        self.entries = entries.enumerated().sorted {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }.map(\.element)
    }

    /// Goes on to a time.
    mutating func advance(to time: UInt64) {
        while next < entries.count, entries[next].time <= time {
            apply(entries[next].record)
            next += 1
        }
    }

    /// Index of the space that a process has now.
    mutating func space(of pid: Int32) -> Int {
        if let known = current[pid] { return known }
        return begin(Space(pid: pid))
    }

    /// What a thread is called now; its number behind a colon, as perf writes it, when nobody knows.
    func name(ofThread tid: Int32, in pid: Int32) -> String {
        names[tid] ?? names[pid] ?? ":\(tid)"
    }

    private mutating func begin(_ space: Space) -> Int {
        spaces.append(space)
        current[space.pid] = spaces.count - 1
        return spaces.count - 1
    }

    private mutating func apply(_ record: ProcessHistory.Record) {
        switch record {
        case .named(let thread):
            names[thread.tid] = thread.name
            if thread.isExec { _ = begin(Space(pid: thread.pid)) }
        case .mapped(let code):
            spaces[space(of: code.pid)].maps.append(code)
        case .forked(let thread):
            names[thread.tid] = names[thread.parentTid] ?? names[thread.parentPid]
            if thread.pid != thread.parentPid {
                let maps = spaces[space(of: thread.parentPid)].maps
                _ = begin(Space(pid: thread.pid, maps: maps))
            }
        }
    }
}
