internal import CLinux

/// The system calls on which counting depends. Each is made through here, so that a test can make
/// it fail (`SystemFaults`); when no test has asked for that, it costs one look at a variable.
package enum SystemCall: String, Sendable, CaseIterable {
    case openEvent = "perf_event_open"
    case enableEvent = "ioctl(PERF_EVENT_IOC_ENABLE)"
    case disableEvent = "ioctl(PERF_EVENT_IOC_DISABLE)"
    case setPeriod = "ioctl(PERF_EVENT_IOC_PERIOD)"
    case setOutput = "ioctl(PERF_EVENT_IOC_SET_OUTPUT)"
    case eventID = "ioctl(PERF_EVENT_IOC_ID)"
    case mapRing = "mmap"
    case readEvent = "read"
    case createPollSet = "epoll_create1"
    case watch = "epoll_ctl(EPOLL_CTL_ADD)"
    case wait = "epoll_wait"
    case createTimer = "timerfd_create"
    case setTimer = "timerfd_settime"
    case createKick = "eventfd"
    case openThread = "pidfd_open"
    case seize = "ptrace(PTRACE_SEIZE)"
    case continueThread = "ptrace(PTRACE_CONT)"
    case openFile = "open"
    case startProbe = "clone"

    /// Makes the call; returns -1 with errno set instead, if a test wants that.
    @inlinable @inline(__always)
    package func make<Result: SignedInteger>(_ call: () -> Result) -> Result {
        if _slowPath(clinux_has_faults() != 0), SystemFaults.strike(self) { return -1 }
        return call()
    }
}
