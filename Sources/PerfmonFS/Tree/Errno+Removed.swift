import SystemPackage

extension Errno {
    /// ENODEV: what the open file showed was removed.
    static var removed: Errno { .operationNotSupportedByDevice }
}
