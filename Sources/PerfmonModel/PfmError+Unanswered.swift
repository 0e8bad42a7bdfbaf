package import LinuxSupport
internal import SystemPackage

extension PfmError {
    /// EAGAIN: something that a command needs to know is not known.
    ///
    /// - Parameter what: what was to be found out, such as `the permission check`.
    package init(_ cause: Unanswered, _ what: String) {
        switch cause {
        case .pending:
            self.init(.resourceTemporarilyUnavailable, "\(what) is not done yet")
        case .late:
            self.init(
                .resourceTemporarilyUnavailable,
                "\(what) was not done in time",
                hint: "try again"
            )
        }
    }
}
