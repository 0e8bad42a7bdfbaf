/// How a file was opened.
public struct OpenFlags: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public static let read = OpenFlags(rawValue: 1)
    public static let write = OpenFlags(rawValue: 2)
    public static let nonBlocking = OpenFlags(rawValue: 4)
}

/// What poll(2) reports.
public struct PollEvents: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// POLLIN | POLLRDNORM.
    public static let readable = PollEvents(rawValue: 0x41)
    /// POLLPRI | POLLERR, as sysfs reports a changed attribute.
    public static let changed = PollEvents(rawValue: 0x0a)
    /// POLLOUT | POLLWRNORM.
    public static let writable = PollEvents(rawValue: 0x104)
    /// POLLHUP.
    public static let hangUp = PollEvents(rawValue: 0x10)
}
