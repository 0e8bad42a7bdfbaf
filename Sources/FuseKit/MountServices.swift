package import LinuxSupport

/// What the nodes may ask of the mount they are in. Guarded by the mount's lock, like the nodes.
package final class MountServices {
    /// Longest write(2) that a file takes, in bytes. Files refuse a longer one with E2BIG.
    package var writeLimit = 4096

    /// What requests have to find out before they can be carried out.
    package let lookups: Lookups

    /// The tree whose nodes these are, once it is mounted.
    weak var tree: (any MountedTree)?

    package init(lookups: Lookups = Lookups()) {
        self.lookups = lookups
    }

    /// Tells the kernel that a child went away without an rmdir(2), or was replaced.
    ///
    /// Call it after the child is gone from the subject. `parent` is the directory's path from the
    /// root of the mount, by its parts.
    package func entryGone(in parent: [String], name: String) {
        tree?.entryGone(in: parent, name: name)
    }

    /// Has what changed in a file of which the kernel caches pages pushed to it.
    package func contentChanged(at path: [String], _ content: any CachedContent) {
        tree?.contentChanged(at: path, content)
    }

    /// Does a job in the background; at once when there is no mount to be kept waiting.
    package func run(_ job: any BackgroundJob) {
        if let tree { return tree.run(job) }
        while job.collect() {}
        job.work()
        job.finish()
    }
}

/// The part of a mounted tree that carries changes to the kernel.
protocol MountedTree: AnyObject {
    func entryGone(in parent: [String], name: String)
    func contentChanged(at path: [String], _ content: any CachedContent)
    func run(_ job: any BackgroundJob)
}
