internal import Glibc
internal import LinuxSupport
internal import PerfmonModel

/// What /proc says of the process that a target names.
enum ProcessFacts {
    /// The threads of a process that run; the one that has its number first.
    static func runningThreads(of pid: Int32) -> [Int32] {
        let entries = (try? KernelFiles().entries("/proc/\(pid)/task")) ?? []
        let threads = entries.compactMap { Int32($0) }.filter {
            ThreadStat(ofThread: $0)?.isExiting == false
        }
        return threads.filter { $0 == pid } + threads.filter { $0 != pid }
    }

    /// Whether a thread has the number of its process.
    static func isGroupLeader(_ tid: Int32) -> Bool {
        ThreadStatus(ofThread: tid)?.processID == tid
    }

    /// Whether a thread runs a program that its own user may not inspect, which is when the kernel
    /// takes the events from it as it executes the program.
    static func isProtected(_ tid: Int32) -> Bool {
        guard let status = ThreadStatus(ofThread: tid) else { return false }
        let users: [UInt32] = status.numbers("Uid")
        let groups: [UInt32] = status.numbers("Gid")
        var facts = Glibc.stat()
        guard users.count > 1, groups.count > 1, stat("/proc/\(tid)/status", &facts) == 0 else {
            return false
        }
        // The kernel gives the files of such a process to root.
        return users[0] != users[1] || groups[0] != groups[1] || facts.st_uid != users[1]
    }
}
