internal import Glibc

/// Groups, from the system's name services.
package enum GroupNames {
    /// The id of a group; nil when it does not exist. May wait for the network.
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
