/// What a loaded context monitors: tasks, on CPUs (`load_pid` of `pfm_load_context`). perfmon2's own
/// are the two simplest: one thread wherever it runs, and every task on one CPU.
package struct Target: Sendable, Hashable {
    package var tasks: Tasks
    /// The CPUs on which they are counted; nil: all, also those that come later.
    package var cpus: CPUSet?

    package init(tasks: Tasks, cpus: CPUSet? = nil) {
        self.tasks = tasks
        self.cpus = cpus
    }

    /// One thread, by its id in pfmfs's own pid namespace.
    package static func thread(_ tid: Int32) -> Target {
        Target(tasks: .thread(tid))
    }

    /// One CPU, by its number.
    package static func cpu(_ number: Int) -> Target {
        Target(tasks: .all, cpus: [number])
    }

    package var kind: TargetKind {
        switch tasks {
        case .thread: .thread
        case .process: .process
        case .tree: .tree
        case .cgroup: .cgroup
        case .all: cpus?.count == 1 ? .cpu : .cpus
        }
    }

    /// The thread, if it is one; nil for several and for CPUs.
    package var thread: Int32? {
        if case .thread(let tid) = tasks { tid } else { nil }
    }

    /// The CPU, if every task on one is monitored; nil for all else.
    package var cpu: Int? {
        tasks == .all && cpus?.count == 1 ? cpus?.first : nil
    }

    /// Whether whole CPUs are monitored (`PFM_FL_SYSTEM_WIDE`).
    package var isSystemWide: Bool { tasks == .all }
}

/// Whose events are counted.
package enum Tasks: Sendable, Hashable {
    case thread(Int32)
    /// All threads of a process, by its id.
    case process(Int32)
    /// A process, its descendants, and all that they start.
    case tree(Int32)
    /// All tasks of a control group and of those below it, by its path.
    case cgroup(String)
    case all
}

/// The kinds of targets that there are; a backend monitors some and others not.
package enum TargetKind: String, Sendable, CaseIterable {
    case thread
    case process
    case tree
    case cgroup
    /// Every task on one CPU.
    case cpu
    /// Every task on several CPUs.
    case cpus
}

extension Target: CustomStringConvertible {
    /// `thread 4711` or `CPU 3`, for messages.
    package var description: String {
        let place = cpus.map { $0.count == 1 ? "CPU \($0)" : "CPUs \($0)" }
        let who: String
        switch tasks {
        case .thread(let tid): who = "thread \(tid)"
        case .process(let pid): who = "process \(pid)"
        case .tree(let pid): who = "process \(pid) and its descendants"
        case .cgroup(let path): who = "cgroup \(path)"
        case .all: return place ?? "all CPUs"
        }
        return place.map { "\(who) on \($0)" } ?? who
    }
}
