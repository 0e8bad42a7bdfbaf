internal import LinuxSupport
internal import PerfmonModel
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

    /// How much there may be, in bytes.
    struct Limits {
        /// Of all buffers (`smpl_buffer_mem_max`).
        var all: UInt64
        /// Of the buffers of one user.
        var user: UInt64
        /// Of the client's own locked memory.
        var lockedMemory: LockedMemory
    }

    /// Takes memory for a buffer.
    ///
    /// - Parameters:
    ///   - size: whole pages; nil: more than the address space holds.
    ///   - old: the charge of a buffer that goes when this one comes; it stays charged.
    /// - Throws: ENOMEM with current, asked and maximum.
    mutating func reserve(
        _ size: UInt64?,
        for client: Client,
        replacing old: Charge? = nil,
        limits: Limits
    ) throws(PfmError) -> Charge {
        guard let size else {
            throw PfmError(
                .noMemory,
                "all sampling buffers have \(total) bytes, more than an address space holds was "
                    + "asked for, and the maximum for all is \(limits.all)",
                hint: "ask for less"
            )
        }
        let rest = total - min(total, old?.size ?? 0)
        guard Self.fits(size, beside: rest, limits.all) else {
            throw PfmError(
                .noMemory,
                "all sampling buffers have \(rest) bytes, \(size) were asked for, and the "
                    + "maximum for all is \(limits.all)",
                remedy: .raise(.bufferMemory, or: "ask for less")
            )
        }
        var own = used(by: client.uid)
        if let old, old.uid == client.uid { own -= min(own, old.size) }
        guard Self.fits(size, beside: own, limits.user) else {
            throw PfmError(
                .noMemory,
                "uid \(client.uid) has \(own) bytes of sampling buffers, \(size) were asked for, "
                    + "and the maximum for one user is \(limits.user)",
                remedy: .raise(.userBufferMemory, or: "ask for less")
            )
        }
        let locked = limits.lockedMemory
        let (both, overflow) = own.addingReportingOverflow(locked.current)
        guard !overflow, Self.fits(size, beside: both, locked.maximum) else {
            throw PfmError(
                .noMemory,
                "uid \(client.uid) has \(own) bytes of sampling buffers and \(locked.current) "
                    + "bytes of other locked memory, \(size) were asked for, and the maximum of "
                    + "locked memory (RLIMIT_MEMLOCK) is \(locked.maximum)",
                hint: "ask for less, or raise the limit with ulimit -l"
            )
        }
        total += size
        users[client.uid, default: 0] += size
        return Charge(uid: client.uid, size: size)
    }

    private static func fits(_ size: UInt64, beside used: UInt64, _ maximum: UInt64) -> Bool {
        let (sum, overflow) = used.addingReportingOverflow(size)
        return !overflow && sum <= maximum
    }

    /// Gives a charge back.
    mutating func release(_ charge: Charge) {
        total -= min(total, charge.size)
        let rest = used(by: charge.uid) - min(used(by: charge.uid), charge.size)
        users[charge.uid] = rest == 0 ? nil : rest
    }
}
