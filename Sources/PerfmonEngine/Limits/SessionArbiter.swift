internal import LinuxSupport
internal import PerfmonModel
internal import SystemPackage

/// Who may be loaded at the same time (`pfm_reserve_session`, `pfm_release_session`).
///
/// perfmon2 owned the PMU, so per-thread and system-wide sessions excluded each other. perf shares
/// it; with `allowsMixing` pfmfs lets them live side by side.
struct SessionArbiter {
    /// Whether per-thread and system-wide sessions may coexist (`-o mixed_sessions`).
    let allowsMixing: Bool
    /// Refusals do not name the contexts of others (`-o hide_contexts`).
    let hidesOthers: Bool
    private var threads: [Int32: Holder] = [:]
    private var cpus: [Int: Holder] = [:]

    /// The context that holds a session.
    struct Holder {
        var name: String
        var uid: UInt32
    }

    init(allowsMixing: Bool, hidesOthers: Bool = false) {
        self.allowsMixing = allowsMixing
        self.hidesOthers = hidesOthers
    }

    /// Loaded per-thread sessions (`task_sessions_count`).
    var threadCount: Int { threads.count }

    /// Loaded system-wide sessions (`sys_sessions_count`).
    var systemCount: Int { cpus.count }

    /// Takes the target for a context.
    ///
    /// - Throws: EEXIST when the thread has a context, EBUSY when the CPU has one or when a session
    ///   of the other kind is loaded.
    mutating func reserve(
        _ target: Target,
        for holder: Holder,
        by client: Client
    ) throws(PfmError) {
        switch target {
        case .thread(let tid):
            if let other = threads[tid] {
                throw PfmError(
                    .fileExists,
                    "thread \(tid) is already monitored by \(text(other, for: client))",
                    hint: "unload that context first"
                )
            }
            if !allowsMixing, let other = cpus.min(by: { $0.key < $1.key }) {
                throw PfmError(
                    .resourceBusy,
                    "\(text(other.value, for: client)) monitors CPU \(other.key), which excludes "
                        + "per-thread sessions",
                    remedy: .mixSessions
                )
            }
            threads[tid] = holder
        case .cpu(let cpu):
            if let other = cpus[cpu] {
                throw PfmError(
                    .resourceBusy,
                    "CPU \(cpu) is already monitored by \(text(other, for: client))",
                    hint: "unload that context first"
                )
            }
            if !allowsMixing, let other = threads.min(by: { $0.key < $1.key }) {
                throw PfmError(
                    .resourceBusy,
                    "\(text(other.value, for: client)) monitors "
                        + (isOpen(other.value, to: client) ? "thread \(other.key)" : "a thread")
                        + ", which excludes system-wide sessions",
                    remedy: .mixSessions
                )
            }
            cpus[cpu] = holder
        }
    }

    private func isOpen(_ holder: Holder, to client: Client) -> Bool {
        client.uid == 0 || client.uid == holder.uid
    }

    private func text(_ holder: Holder, for client: Client) -> String {
        hidesOthers && !isOpen(holder, to: client)
            ? "a context of another user" : "context \(holder.name) of uid \(holder.uid)"
    }

    /// Gives the target back.
    mutating func release(_ target: Target) {
        switch target {
        case .thread(let tid): threads[tid] = nil
        case .cpu(let cpu): cpus[cpu] = nil
        }
    }
}
