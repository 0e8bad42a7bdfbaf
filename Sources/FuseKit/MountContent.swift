/// What a mount serves: the tree, and the descriptors whose events change it.
package struct MountContent {
    /// A descriptor to watch for input, and its handler, which runs under the mount's lock. One
    /// call must be short; it returns whether there is more to do.
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
