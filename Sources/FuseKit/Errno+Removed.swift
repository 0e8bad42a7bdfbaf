package import SystemPackage

extension Errno {
    /// ENODEV: what the open file showed was removed.
    package static var removed: Errno { .operationNotSupportedByDevice }
}
