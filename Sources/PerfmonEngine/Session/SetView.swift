package import PerfmonModel
internal import SystemPackage

/// What a set shows to those who map it (`struct pfm_set_view`), in the binary form.
struct SetView {
    private var content: [UInt8] = []
    /// Even: no update is in progress. Each update moves it on by two, one before and one after.
    private var sequence: UInt64 = 0

    /// Bytes of a view.
    static let binarySize = 2584

    /// Bit of `set_status`: the set is the active one of an attached context.
    private static let active: UInt32 = 1

    /// Takes in how the set stands.
    ///
    /// - Returns: the view; its sequence number has moved on if anything has changed.
    mutating func update(isActive: Bool, runs: UInt64, value: (Int) -> UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.binarySize)
        func append(_ number: some FixedWidthInteger) {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        append(isActive ? Self.active : 0)
        append(UInt32(0))
        append(runs)
        for number in 0..<RegisterLimits.count { append(value(number)) }
        if bytes != content {
            content = bytes
            sequence += 2
        }
        append(sequence)
        return bytes
    }
}

extension Context {
    /// The view of a set (`PFM_FL_MAP_SETS`), with values as of now: fresher than the original's,
    /// which were those of the last time the set was saved.
    ///
    /// - Throws: EINVAL without `map_sets` and for a set that does not exist.
    package func view(ofSet id: UInt16) throws(PfmError) -> [UInt8] {
        try beginCommand()
        let set = try requireSet(id)
        guard flags.contains(.mapSets) else {
            throw PfmError(
                .invalidArgument,
                "this context has no set views",
                hint: "write map_sets to ctx_flags first"
            )
        }
        refresh(set)
        return set.view.update(
            isActive: isAttached && id == activeSetID,
            runs: set.runs,
            value: { set.counters[$0]?.value ?? 0 }
        )
    }

    /// Bytes of a set's view.
    package static let viewSize = SetView.binarySize
}
