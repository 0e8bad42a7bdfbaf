package import LinuxSupport

/// The services of a mount for its nodes. Guarded by the mount's lock, like the nodes.
package final class MountServices {
    /// Longest write(2) that a file takes, in bytes. Files refuse a longer one with E2BIG.
    package var writeLimit = 4096

    /// The lookups of requests.
    package let lookups: Lookups

    /// The tree whose nodes these are, once it is mounted.
    weak var tree: (any MountedTree)?

    package init(lookups: Lookups = Lookups()) {
        self.lookups = lookups
    }

    /// Invalidates the entry of a child that was removed by other means than rmdir(2), or replaced.
    ///
    /// To be called after the child was removed from its subject. `parent` is the directory's path
    /// from the root of the mount, by its parts.
    package func entryGone(in parent: [String], name: String) {
        tree?.entryGone(in: parent, name: name)
    }

    /// Pushes changed content into the kernel's pages of a file.
    package func contentChanged(at path: [String], _ content: any CachedContent) {
        tree?.contentChanged(at: path, content)
    }

    /// Does a job in the background; synchronously when the tree is not mounted.
    package func run(_ job: any BackgroundJob) {
        if let tree { return tree.run(job) }
        while job.collect() {}
        job.work()
        job.finish()
    }
}

/// The part of a mounted tree that the services need.
protocol MountedTree: AnyObject {
    func entryGone(in parent: [String], name: String)
    func contentChanged(at path: [String], _ content: any CachedContent)
    func run(_ job: any BackgroundJob)
}
