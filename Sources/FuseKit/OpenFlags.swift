/// How a file was opened.
package struct OpenFlags: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let read = OpenFlags(rawValue: 1)
    package static let write = OpenFlags(rawValue: 2)
    package static let nonBlocking = OpenFlags(rawValue: 4)
}

/// What poll(2) reports.
package struct PollEvents: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// POLLIN | POLLRDNORM.
    package static let readable = PollEvents(rawValue: 0x41)
    /// POLLPRI | POLLERR, as sysfs reports a changed attribute.
    package static let changed = PollEvents(rawValue: 0x0a)
    /// POLLOUT | POLLWRNORM.
    package static let writable = PollEvents(rawValue: 0x104)
    /// POLLHUP.
    package static let hangUp = PollEvents(rawValue: 0x10)
}
