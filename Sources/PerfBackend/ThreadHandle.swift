internal import CLinux
internal import Glibc
internal import LinuxSupport
internal import PerfmonModel
internal import SystemPackage

/// One particular thread, which a later thread of the same number is never mistaken for.
struct ThreadHandle: ~Copyable {
    let tid: Int32
    /// A pidfd, or before Linux 6.9 the thread's directory in /proc.
    private let descriptor: OwnedDescriptor
    private let isPidfd: Bool

    /// Takes hold of the thread that has the number now.
    ///
    /// - Parameter usesPidfd: false leaves out the pidfd; tests stand in for an older kernel so.
    /// - Throws: ESRCH when there is none, ENFILE when descriptors run out.
    init(_ tid: Int32, usesPidfd: Bool = true) throws(PfmError) {
        guard tid > 0 else {
            throw PfmError(.noSuchProcess, "\(tid) is no thread id")
        }
        var opened = usesPidfd ? clinux_pidfd_open(tid, UInt32(CLINUX_PIDFD_THREAD)) : -1
        let isPidfd = opened >= 0
        if !isPidfd, !usesPidfd || errno == EINVAL {
            opened = open("/proc/\(tid)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        guard opened >= 0 else {
            throw Self.error(Errno(rawValue: errno), tid)
        }
        descriptor = OwnedDescriptor(owning: opened)
        self.isPidfd = isPidfd
        self.tid = tid
    }

    /// Polls readable when the thread exits; nil where the kernel has no pidfds of threads.
    var pidfd: Int32? { isPidfd ? descriptor.raw : nil }

    /// Whether the number still means this thread.
    var isCurrent: Bool {
        guard isPidfd else { return faccessat(descriptor.raw, "stat", F_OK, 0) == 0 }
        var entry = pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) == 0
    }

    /// Whether the thread still runs; one on its way out does not.
    ///
    /// A group leader that exited before its other threads is a zombie, yet its pidfd waits for
    /// them.
    var isAlive: Bool {
        isCurrent && ThreadStat(ofThread: tid)?.isExiting == false
    }

    private static func error(_ code: Errno, _ tid: Int32) -> PfmError {
        switch code {
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem:
            PfmError(
                .tooManyOpenFilesInSystem,
                "no file descriptor is left for thread \(tid): pfmfs has "
                    + "\(ProcessDescriptors.open) open and the limit is "
                    + "\(ProcessDescriptors.maximum)",
                hint: "raise the limit of open files of pfmfs (LimitNOFILE, ulimit -n)"
            )
        default:
            PfmError(.noSuchProcess, "there is no thread \(tid)")
        }
    }
}
