public import PerfmonEngine

/// What a mount is made of: the tree it serves and the descriptors that move it.
public struct MountContent {
    /// A descriptor to watch for input, and what to do about it under the mount's lock.
    public struct Watch {
        public let descriptor: Int32
        public let action: () -> Void

        public init(_ descriptor: Int32, action: @escaping () -> Void) {
            self.descriptor = descriptor
            self.action = action
        }
    }

    public let root: any DirectorySource
    public let services: MountServices
    public let watches: [Watch]
    /// What the daemon needs of root's privileges to serve it.
    public let privileges: [Privilege]

    public init(
        root: any DirectorySource,
        services: MountServices = MountServices(),
        watches: [Watch] = [],
        privileges: [Privilege] = []
    ) {
        self.privileges = privileges
        self.root = root
        self.services = services
        self.watches = watches
    }
}
