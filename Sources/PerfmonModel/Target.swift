/// What a loaded context monitors (`load_pid` of `pfm_load_context`).
package enum Target: Sendable, Hashable {
    /// One thread, by its id in pfmfs's own pid namespace.
    case thread(Int32)
    /// One CPU, by its number.
    case cpu(Int)

    package var kind: TargetKind {
        switch self {
        case .thread: .thread
        case .cpu: .cpu
        }
    }
}

/// The kinds of targets that there are; a backend monitors some and others not.
package enum TargetKind: String, Sendable, CaseIterable {
    case thread
    /// All threads of a process.
    case process
    /// A process, its descendants, and all that they start.
    case tree
    /// All tasks of a control group.
    case cgroup
    case cpu
    /// Several CPUs at once.
    case cpus
}
