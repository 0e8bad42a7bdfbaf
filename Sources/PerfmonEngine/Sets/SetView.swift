internal import LinuxSupport
internal import PerfmonModel
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
        bytes.append(number: isActive ? Self.active : 0)
        bytes.append(number: UInt32(0))
        bytes.append(number: runs)
        for number in 0..<RegisterLimits.count { bytes.append(number: value(number)) }
        if bytes != content {
            content = bytes
            sequence += 2
        }
        bytes.append(number: sequence)
        return bytes
    }
}
