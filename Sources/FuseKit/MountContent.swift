/// What a mount is made of: the tree it serves and the descriptors that move it.
package struct MountContent {
    /// A descriptor to watch for input, and what to do about it under the mount's lock: one turn of
    /// bounded length. It returns whether there is more to do.
    package struct Watch {
        let descriptor: Int32
        let action: () -> Bool

        package init(_ descriptor: Int32, action: @escaping () -> Bool) {
            self.descriptor = descriptor
            self.action = action
        }
    }

    let root: any DirectorySource
    let services: MountServices
    let watches: [Watch]

    package init(
        root: any DirectorySource,
        services: MountServices = MountServices(),
        watches: [Watch] = []
    ) {
        self.root = root
        self.services = services
        self.watches = watches
    }
}
