/// How a file was opened.
struct OpenFlags: OptionSet, Sendable {
    let rawValue: UInt32

    init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    static let read = OpenFlags(rawValue: 1)
    static let write = OpenFlags(rawValue: 2)
    static let nonBlocking = OpenFlags(rawValue: 4)
}

/// What poll(2) reports.
struct PollEvents: OptionSet, Sendable {
    let rawValue: UInt32

    init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// POLLIN | POLLRDNORM.
    static let readable = PollEvents(rawValue: 0x41)
    /// POLLPRI | POLLERR, as sysfs reports a changed attribute.
    static let changed = PollEvents(rawValue: 0x0a)
    /// POLLOUT | POLLWRNORM.
    static let writable = PollEvents(rawValue: 0x104)
    /// POLLHUP.
    static let hangUp = PollEvents(rawValue: 0x10)
}
