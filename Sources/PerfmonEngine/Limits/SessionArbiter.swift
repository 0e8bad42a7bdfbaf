internal import LinuxSupport
internal import PerfmonModel
internal import SystemPackage

/// Who may be loaded at the same time (`pfm_reserve_session`, `pfm_release_session`): a thread and a
/// CPU have one session each.
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
    /// Loaded per-thread sessions (`task_sessions_count`).
    private(set) var threadCount = 0
    /// Loaded system-wide sessions (`sys_sessions_count`).
    private(set) var systemCount = 0

    /// The context that holds a session.
    struct Holder {
        var name: String
        var uid: UInt32
    }

    /// What one session has reserved, to be given back as a whole.
    struct Reservation {
        fileprivate let threads: Set<Int32>
        fileprivate let cpus: Set<Int>

        /// What sessions at these placements take: a thread wherever it is placed, or a CPU of which
        /// every task is counted.
        fileprivate init(_ placements: [Placement]) {
            threads = Set(placements.compactMap(\.thread))
            cpus = Set(placements.compactMap { $0.thread == nil ? $0.cpu : nil })
        }
    }

    init(allowsMixing: Bool, hidesOthers: Bool = false) {
        self.allowsMixing = allowsMixing
        self.hidesOthers = hidesOthers
    }

    /// Takes the placements of a session for a context. All or nothing.
    ///
    /// - Throws: EEXIST when a thread has a context, EBUSY when a CPU has one or when a session of
    ///   the other kind is loaded.
    mutating func reserve(
        _ placements: [Placement],
        for holder: Holder,
        by client: Client
    ) throws(PfmError) -> Reservation {
        let reservation = Reservation(placements)
        try requireFree(reservation, by: client)
        for tid in reservation.threads { threads[tid] = holder }
        for cpu in reservation.cpus { cpus[cpu] = holder }
        count(reservation, 1)
        return reservation
    }

    /// Gives placements back.
    mutating func release(_ reservation: Reservation) {
        for tid in reservation.threads { threads[tid] = nil }
        for cpu in reservation.cpus { cpus[cpu] = nil }
        count(reservation, -1)
    }

    private mutating func count(_ reservation: Reservation, _ sessions: Int) {
        if !reservation.threads.isEmpty { threadCount += sessions }
        if !reservation.cpus.isEmpty { systemCount += sessions }
    }

    private func requireFree(
        _ reservation: Reservation,
        by client: Client
    ) throws(PfmError) {
        for tid in reservation.threads.sorted() {
            guard let other = threads[tid] else { continue }
            throw PfmError(
                .fileExists,
                "thread \(tid) is already monitored by \(text(other, for: client))",
                hint: "unload that context first"
            )
        }
        for cpu in reservation.cpus.sorted() {
            guard let other = cpus[cpu] else { continue }
            throw PfmError(
                .resourceBusy,
                "CPU \(cpu) is already monitored by \(text(other, for: client))",
                hint: "unload that context first"
            )
        }
        guard !allowsMixing else { return }
        if !reservation.threads.isEmpty, let other = cpus.min(by: { $0.key < $1.key }) {
            throw PfmError(
                .resourceBusy,
                "\(text(other.value, for: client)) monitors CPU \(other.key), which excludes "
                    + "per-thread sessions",
                remedy: .mixSessions
            )
        }
        if !reservation.cpus.isEmpty, let other = threads.min(by: { $0.key < $1.key }) {
            throw PfmError(
                .resourceBusy,
                "\(text(other.value, for: client)) monitors "
                    + (isOpen(other.value, to: client) ? "thread \(other.key)" : "a thread")
                    + ", which excludes system-wide sessions",
                remedy: .mixSessions
            )
        }
    }

    private func isOpen(_ holder: Holder, to client: Client) -> Bool {
        client.uid == 0 || client.uid == holder.uid
    }

    private func text(_ holder: Holder, for client: Client) -> String {
        hidesOthers && !isOpen(holder, to: client)
            ? "a context of another user" : "context \(holder.name) of uid \(holder.uid)"
    }
}
