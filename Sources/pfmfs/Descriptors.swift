import Glibc

/// The daemon's open files: every counted event is one.
enum Descriptors {
    /// Fills the places of standard input, output and error that the caller left closed. The
    /// connection to the kernel would otherwise get one of these numbers, and going to the
    /// background put /dev/null over it.
    ///
    /// Reading and writing them fails as if they were closed. To be called before anything is opened.
    static func fillStandard() {
        for descriptor in STDIN_FILENO...STDERR_FILENO {
            guard fcntl(descriptor, F_GETFD) < 0 else { continue }
            // The lowest free number is this one.
            let wrongWay = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY
            if open("/dev/null", wrongWay) < 0 { _ = open("/", O_RDONLY | O_DIRECTORY) }
        }
    }

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
