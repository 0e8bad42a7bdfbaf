import CFuse
import CLinux
import Glibc
import LinuxSupport
import SystemPackage

/// The thread for events that are not requests: the descriptors of the content, and signals.
///
/// Events are handled under the mount's lock, where handlers may answer parked reads and wake
/// polls. The thread has real-time priority if the daemon may set it, so that load does not delay
/// events.
final class EventLoop: Sendable {
    private let fileSystem: FileSystem
    private let epoll: Int32
    /// Written to end the loop.
    private let ending: Int32
    private let signals: Int32
    private let onSignal: @Sendable (Int32) -> Void

    /// Watches the descriptors of the file system's content. `onSignal` is called for each of the
    /// given signals, outside the lock. The signals must be blocked in every thread.
    init(
        of fileSystem: FileSystem,
        signals: sigset_t,
        onSignal: @escaping @Sendable (Int32) -> Void
    ) throws(Errno) {
        self.fileSystem = fileSystem
        self.onSignal = onSignal
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        ending = eventfd(0, Int32(EFD_CLOEXEC))
        var signals = signals
        self.signals = signalfd(-1, &signals, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
        guard epoll >= 0, ending >= 0, self.signals >= 0 else { throw Errno(rawValue: errno) }
        let watched = fileSystem.tree.withLock { Array($0.watches.keys) }
        for descriptor in watched + [ending, self.signals] {
            var event = epoll_event(
                events: EPOLLIN.rawValue,
                data: epoll_data_t(fd: descriptor)
            )
            guard epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
                throw Errno(rawValue: errno)
            }
        }
    }

    deinit {
        close(epoll)
        close(ending)
        close(signals)
    }

    /// Starts the thread. It ends after `end`.
    func start() -> SystemThread {
        SystemThread("\(fileSystem.name)-events") { self.run() }
    }

    func end() {
        eventfd_write(ending, 1)
    }

    private func run() {
        var parameters = sched_param(sched_priority: 1)
        _ = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters)
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let count = epoll_wait(epoll, &events, Int32(events.count), -1)
            guard count >= 0 || errno == EINTR else { return }
            let ready = events.prefix(max(Int(count), 0)).map { $0.data.fd }
            if ready.contains(ending) {
                return
            }
            if ready.contains(signals) {
                takeSignals()
            }
            handle(ready)
        }
    }

    /// Calls the handlers of the ready descriptors, round robin, until none has more to do. The
    /// lock is released between two calls, so that requests are answered in between.
    private func handle(_ ready: [Int32]) {
        var rest = ready
        while !rest.isEmpty {
            rest = rest.filter { descriptor in
                fileSystem.tree.withLock { tree in tree.watches[descriptor]?() ?? false }
            }
        }
    }

    private func takeSignals() {
        var information = signalfd_siginfo()
        while read(signals, &information, MemoryLayout<signalfd_siginfo>.size) > 0 {
            onSignal(Int32(information.ssi_signo))
        }
    }
}
