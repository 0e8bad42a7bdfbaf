internal import LinuxSupport
package import PerfmonModel

/// What the sampled processes are called and which code they map: what a profiler needs to tell
/// where an address belongs.
///
/// A backend tells of changes while it monitors. What was there before is read from /proc when a
/// thread is first heard of.
package final class ProcessHistory {
    package enum Record: Sendable, Equatable {
        case named(NamedThread)
        case mapped(MappedCode)
        case forked(ForkedThread)
    }

    package struct Entry: Sendable, Equatable {
        /// Nanoseconds of the backend's clock; 0 for what was there before.
        package var time: UInt64
        package var record: Record
    }

    /// Records that are kept; a process that maps and maps must not fill the memory.
    static let capacity = 1 << 16

    /// In the order in which they were told.
    package private(set) var entries: [Entry] = []
    /// Records that were not kept.
    package private(set) var dropped: UInt64 = 0
    private var threads: Set<Int32> = []
    private var processes: Set<Int32> = []
    private var lastThread: Int32 = -1

    package init() {}

    /// Takes a change in.
    func add(_ record: Record, at time: UInt64) {
        switch record {
        case .named(let thread):
            threads.insert(thread.tid)
        case .mapped(let code):
            processes.insert(code.pid)
        case .forked(let thread):
            // A new one is named and mapped as its parent is.
            threads.insert(thread.tid)
            processes.insert(thread.pid)
        }
        append(Entry(time: time, record: record))
    }

    /// Looks at a thread that nobody told of, with its process.
    func see(thread tid: Int32) {
        guard let status = ProcessFile.text("/proc/\(tid)/status"),
            let pid = ProcessMaps.processID(in: status)
        else { return }
        see(thread: tid, of: pid)
    }

    /// Looks at a thread of a process, if it has not been heard of.
    @inline(__always)
    func see(thread tid: Int32, of pid: Int32) {
        guard tid != lastThread else { return }
        lastThread = tid
        look(at: tid, of: pid)
    }

    private func look(at tid: Int32, of pid: Int32) {
        guard tid > 0 else { return }
        if processes.insert(pid).inserted {
            for code in ProcessMaps.code(of: pid, by: tid) {
                append(Entry(time: 0, record: .mapped(code)))
            }
            if tid != pid { look(at: pid, of: pid) }
        }
        if threads.insert(tid).inserted, let name = ProcessMaps.name(of: tid, in: pid) {
            let thread = NamedThread(pid: pid, tid: tid, name: name, isExec: false)
            append(Entry(time: 0, record: .named(thread)))
        }
    }

    private func append(_ entry: Entry) {
        guard entries.count < Self.capacity else {
            dropped += 1
            return
        }
        entries.append(entry)
    }
}
