import Glibc

/// The daemon's open files: every counted event is one.
enum Descriptors {
    /// Closes what the caller left open. A lock or a pipe of the script that mounts would be held
    /// for as long as the mount lives.
    static func closeInherited() {
        closefrom(STDERR_FILENO + 1)
    }

    /// Raises the soft limit to the hard one.
    static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
