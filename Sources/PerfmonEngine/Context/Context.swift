internal import LinuxSupport
package import PerfmonModel
internal import SystemPackage

/// A monitoring session: registers, event sets, messages and what they are attached to
/// (`struct pfm_context`). Commands come in through `perform`, which looks at the policy table
/// (`ContextCommand.policy`); what they do is in `Commands/Context+*.swift`.
package final class Context {
    /// How long a context lives.
    package enum Lifetime: Sendable {
        /// Until its directory is removed.
        case directory
        /// Until its descriptor is closed, as in perfmon2.
        case descriptor
    }

    /// Unique among all contexts that this engine ever made.
    package let serial: UInt64
    /// Name of its directory.
    package let name: String
    package let lifetime: Lifetime
    /// Owner of the directory.
    package var uid: UInt32
    package var gid: UInt32
    /// When it was made, in seconds since 1970.
    package let created: UInt64
    package internal(set) var flags: ContextFlags = []
    /// Exists while the context is loaded.
    var attachment: Attachment?
    /// Who loaded it, until it is unloaded by a command: the end of the thread changes nothing.
    package internal(set) var loader: UInt32?
    /// Why it was last unloaded without a command; nil after a command.
    package internal(set) var endReason: EndReason?
    /// All sets in ascending order of their ids; set 0 always exists.
    package internal(set) var sets: [EventSet] = [EventSet(id: 0)]
    /// Id of the set that is, or will be, on the hardware.
    package internal(set) var activeSetID: UInt16 = 0
    package internal(set) var messages = MessageQueue()
    /// Whether the context was removed; every command then fails with ENODEV.
    package internal(set) var isRemoved = false
    /// What the command that is being carried out wants said besides "ok".
    var notes: [CommandNote] = []

    /// The sampling format at work; nil: none was chosen (`smpl_fmt`).
    package internal(set) var sampling: Sampling?

    /// Who gets a signal at each message; nil: nobody.
    package internal(set) var notice: SignalNotice?

    /// What it is charged with, and to whom.
    var charges = Charges()
    /// Active nanoseconds, since the load, of sets that were deleted after the unload.
    var activeTimeOfDeletedSets: UInt64 = 0
    /// Overflows that the backend could not deliver, since the load.
    package internal(set) var lostOverflows: UInt64 = 0
    unowned let engine: Engine

    init(
        serial: UInt64,
        name: String,
        lifetime: Lifetime,
        client: Client,
        created: UInt64,
        engine: Engine
    ) {
        self.serial = serial
        self.name = name
        self.lifetime = lifetime
        uid = client.uid
        gid = client.gid
        self.created = created
        self.engine = engine
    }

    /// The set of an id; nil when there is none.
    package func set(_ id: UInt16) -> EventSet? {
        let position = position(ofSet: id)
        return position < sets.count && sets[position].id == id ? sets[position] : nil
    }

    /// Where a set is, or would be, among all sets.
    func position(ofSet id: UInt16) -> Int {
        var range = 0..<sets.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if sets[middle].id < id {
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return range.lowerBound
    }

    var activeSet: EventSet { self.set(activeSetID) ?? sets[0] }

    /// The registers that the context can use.
    package var pmu: PmuDescription { engine.pmu }

    /// Bits that a counter has in hardware.
    var widthMask: UInt64 {
        pmu.counterWidth >= 64 ? .max : (1 << UInt64(pmu.counterWidth)) - 1
    }

    /// The set of an id.
    ///
    /// - Throws: EINVAL when there is none.
    func requireSet(_ id: UInt16) throws(PfmError) -> EventSet {
        if let set = set(id) { return set }
        let known = sets.map { String($0.id) }.joined(separator: ", ")
        throw PfmError(
            .invalidArgument,
            "set \(id) does not exist; this context has \(known)",
            remedy: .makeSet(id),
            subject: String(id),
            flaw: .noSet
        )
    }
}
