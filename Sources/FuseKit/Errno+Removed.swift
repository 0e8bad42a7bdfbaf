package import SystemPackage

extension Errno {
    /// ENODEV: the subject of the open file was removed.
    package static var removed: Errno { .operationNotSupportedByDevice }
}
