/// A privilege of root that the daemon keeps, and what for. It gives up all others.
package struct Privilege: Sendable, Equatable {
    /// The number of the capability.
    package let capability: Int
    /// As capabilities(7) calls it.
    package let name: String
    /// What would not work without it.
    package let purpose: String

    /// For whatever counts: clients and their threads are looked at.
    package static let ofEveryDaemon = [
        Privilege(
            capability: 5,
            name: "cap_kill",
            purpose: "signals to the threads that a notify file names"
        ),
        Privilege(
            capability: 19,
            name: "cap_sys_ptrace",
            purpose:
                "namespaces of clients, maps of sampled processes, threads held by notify_block"
        ),
    ]

    /// CAP_PERFMON.
    package static let performanceMonitoring = Privilege(
        capability: 38,
        name: "cap_perfmon",
        purpose: "events on threads and CPUs, once the kernel has allowed them to the client"
    )

    /// CAP_IPC_LOCK.
    package static let lockedMemory = Privilege(
        capability: 14,
        name: "cap_ipc_lock",
        purpose: "the kernel's rings for more overflows than one user may have"
    )
}
