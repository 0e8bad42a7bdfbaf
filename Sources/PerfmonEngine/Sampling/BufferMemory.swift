internal import SystemPackage

/// What sampling buffers take, by user (`pfm_smpl_buffer_space_reserve`).
///
/// The client's own locked memory cannot be changed from outside, so a buffer is charged to a
/// ledger of ours, which is added to what the kernel says the client has locked already. A charge
/// goes back to the user it was made to, whoever frees the buffer.
struct BufferMemory {
    /// What one buffer was charged.
    struct Charge {
        fileprivate let uid: UInt32
        let size: UInt64
    }

    /// Bytes of all buffers (`smpl_buffer_mem_cur`).
    private(set) var total: UInt64 = 0
    private var users: [UInt32: UInt64] = [:]

    /// Bytes of one user's buffers.
    func used(by uid: UInt32) -> UInt64 {
        users[uid] ?? 0
    }

    /// Takes memory for a buffer.
    ///
    /// - Parameters:
    ///   - size: whole pages; nil: more than the address space holds.
    ///   - maximum: bytes of all buffers (`smpl_buffer_mem_max`).
    /// - Throws: ENOMEM with current, asked and maximum.
    mutating func reserve(
        _ size: UInt64?,
        for client: Client,
        maximum: UInt64,
        lockedMemory: LockedMemory
    ) throws(PfmError) -> Charge {
        guard let size else {
            throw PfmError(.noMemory, "no machine has a buffer of that size", hint: "ask for less")
        }
        let (newTotal, overflow) = total.addingReportingOverflow(size)
        guard !overflow, newTotal <= maximum else {
            throw PfmError(
                .noMemory,
                "all sampling buffers have \(total) bytes, \(size) were asked for, and "
                    + "smpl_buffer_mem_max is \(maximum)",
                hint: "ask for less, or ask the administrator for a higher smpl_buffer_mem_max"
            )
        }
        let own = used(by: client.uid)
        let locked = own.addingReportingOverflow(lockedMemory.current)
        let sum = locked.partialValue.addingReportingOverflow(size)
        guard !locked.overflow, !sum.overflow, sum.partialValue <= lockedMemory.maximum else {
            throw PfmError(
                .noMemory,
                "uid \(client.uid) has \(own) bytes of sampling buffers and \(lockedMemory.current) "
                    + "bytes of other locked memory, \(size) were asked for, and the limit of "
                    + "locked memory (RLIMIT_MEMLOCK) is \(lockedMemory.maximum)",
                hint: "ask for less, or raise the limit with ulimit -l"
            )
        }
        total = newTotal
        users[client.uid] = own + size
        return Charge(uid: client.uid, size: size)
    }

    /// Gives a charge back.
    mutating func release(_ charge: Charge) {
        total -= min(total, charge.size)
        let rest = used(by: charge.uid) - min(used(by: charge.uid), charge.size)
        users[charge.uid] = rest == 0 ? nil : rest
    }
}
