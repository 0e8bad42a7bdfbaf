internal import Glibc
package import SystemPackage

/// A file descriptor that is closed when its owner lets go of it.
package struct OwnedDescriptor: ~Copyable {
    /// The number, for system calls; it must not outlive this value.
    package let raw: Int32

    /// Takes over a descriptor that a system call just returned.
    ///
    /// - Throws: the errno of that call when it failed.
    package init(checking result: Int32) throws(Errno) {
        guard result >= 0 else { throw Errno(rawValue: errno) }
        raw = result
    }

    /// Takes over an open descriptor.
    package init(owning descriptor: Int32) {
        raw = descriptor
    }

    /// Gives the descriptor away; whoever gets it must close it.
    package consuming func release() -> Int32 {
        let descriptor = raw
        discard self
        return descriptor
    }

    deinit {
        close(raw)
    }
}

/// Descriptors that are closed together, the last one first.
///
/// The order matters for event groups: when a leader goes before its members, they become leaders
/// themselves and run on.
package struct OwnedDescriptors: ~Copyable {
    /// In the order in which they were added.
    package private(set) var raw: [Int32] = []

    package init() {}

    package mutating func append(_ descriptor: consuming OwnedDescriptor) {
        raw.append(descriptor.release())
    }

    deinit {
        for descriptor in raw.reversed() {
            close(descriptor)
        }
    }
}
