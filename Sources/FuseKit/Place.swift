/// The path of a node, and the services of its mount.
package struct Place {
    /// Path from the root of the mount without a leading slash; empty for the root itself.
    package var path: String
    package var services: MountServices

    package init(path: String = "", services: MountServices = MountServices()) {
        self.path = path
        self.services = services
    }

    /// The last part of the path.
    package var name: String {
        path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.index(after: $0)...]) }
            ?? path
    }

    /// The place of a child.
    package func child(_ name: String) -> Place {
        Place(path: path.isEmpty ? name : "\(path)/\(name)", services: services)
    }
}
