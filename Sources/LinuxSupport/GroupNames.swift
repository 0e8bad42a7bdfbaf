internal import Glibc

/// The system's groups, wherever its name services have them from.
package enum GroupNames {
    /// The number of a group; nil when there is none of that name. May take as long as the network
    /// does.
    package static func number(of name: String) -> UInt32? {
        var capacity = 1 << 10
        while capacity <= 1 << 22 {
            var entry = group()
            var found: UnsafeMutablePointer<group>?
            let code = withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) {
                getgrnam_r(name, &entry, $0.baseAddress, $0.count, &found)
            }
            // A group may have thousands of members.
            guard code == ERANGE else { return found == nil ? nil : entry.gr_gid }
            capacity *= 4
        }
        return nil
    }
}
