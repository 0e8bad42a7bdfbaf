import CFuse
import CLinux
import Glibc
import LinuxSupport
import Synchronization
internal import SystemPackage

/// One connection between the kernel and a file system: mounts, answers requests, unmounts.
///
/// One thread answers all requests and never blocks. That is faster than a pool of threads for any
/// number of clients, because its data stays in the cache of its CPU.
package final class FuseSession: Sendable {
    let fileSystem: FileSystem
    let connection: Connection
    private let isRunning = Atomic(false)
    private let mountPath = Guarded("")
    private let unmounter: @Sendable (String) -> Bool

    /// Prepares a session.
    ///
    /// - Parameters:
    ///   - options: mount options that libfuse knows, one each.
    ///   - unmounter: detaches the mount at a path with privileges that this process gave up;
    ///     returns whether it did. Otherwise the session unmounts by itself.
    package init(
        serving fileSystem: FileSystem,
        options: [String],
        unmounter: @escaping @Sendable (String) -> Bool = { _ in false }
    ) throws(FuseError) {
        self.fileSystem = fileSystem
        self.unmounter = unmounter
        var arguments = fuse_args()
        fuse_opt_add_arg(&arguments, fileSystem.name)
        for option in options {
            fuse_opt_add_arg(&arguments, "-o")
            // A comma in a value must not begin another option.
            fuse_opt_add_arg(&arguments, FuseOptions.escaped(option))
            if option.hasPrefix("max_read="), let bytes = UInt32(option.dropFirst(9)) {
                fileSystem.maximumRead.store(bytes, ordering: .relaxed)
            }
        }
        defer { fuse_opt_free_args(&arguments) }
        var operations = FuseOperations.table()
        guard
            let session = fuse_session_new(
                &arguments,
                &operations,
                MemoryLayout<fuse_lowlevel_ops>.size,
                Unmanaged.passUnretained(fileSystem).toOpaque()
            )
        else {
            throw FuseError(.invalidArgument, FuseLog.shared.takeProblems(or: "bad options"))
        }
        let connection = Connection(session)
        self.connection = connection
        fileSystem.tree.withLock { $0.parking.connection = connection }
    }

    var pointer: OpaquePointer { connection.pointer }

    /// Mounts the file system on a directory.
    package func mount(at path: String) throws(FuseError) {
        guard fuse_session_mount(pointer, path) == 0 else {
            throw FuseError(
                .ioError,
                "\(path): " + FuseLog.shared.takeProblems(or: "fusermount3 refused the mount")
            )
        }
        mountPath.withLock { $0 = path }
    }

    /// Moves the process to the background; the process that started it then returns. No thread may
    /// have been started before.
    package func moveToBackground() throws(FuseError) {
        guard fuse_daemonize(0) == 0 else {
            throw FuseError(Errno(rawValue: errno), "cannot go to the background")
        }
    }

    /// The version of the libfuse in use.
    package static var libraryVersion: String {
        fuse_pkgversion().map { String(cString: $0) } ?? "unknown"
    }

    /// Answers requests until the file system is unmounted, or one of the signals that end a daemon
    /// arrives. Starts threads, so it must be called after the process went to the background.
    ///
    /// The loop has a thread of its own because `Mutex` caches the id of each thread, and the
    /// cached id of the first thread is wrong after a fork.
    package func run() throws(FuseError) {
        var signals = Self.endingSignals
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let outcome = Outcome()
        SystemThread("\(fileSystem.name)-loop") { outcome.failure = self.serve() }.join()
        if let failure = outcome.failure {
            throw failure
        }
    }

    /// Passes the result of the loop from its thread to the one that joins it.
    private final class Outcome: @unchecked Sendable {
        var failure: FuseError?
    }

    /// Runs the loop and the threads beside it. Returns why it could not.
    private func serve() -> FuseError? {
        Self.makeKickInterruptOnly()
        isRunning.store(true, ordering: .sequentiallyConsistent)
        let loopThread = pthread_self()
        let events: EventLoop
        do {
            events = try EventLoop(of: fileSystem, signals: Self.endingSignals) { _ in
                self.stop(loopThread)
            }
        } catch {
            return FuseError(error, "cannot wait for events: \(error)")
        }
        let pages = PageUpdater(of: fileSystem, connection)
        let threads = [events.start(), pages.start()]
        let code = answerAll()
        isRunning.store(false, ordering: .sequentiallyConsistent)
        events.end()
        pages.end()
        for thread in threads {
            thread.join()
        }
        fileSystem.tree.withLock { $0.parking.requests.endAll() }
        return code.map { FuseError($0, "reading requests failed: \($0)") }
    }

    /// Removes the mount, if it is still there.
    package func unmount() {
        // After it was unmounted, another file system may be mounted there.
        var state = pollfd(fd: fuse_session_fd(pointer), events: 0, revents: 0)
        let isGone = poll(&state, 1, 0) == 1 && state.revents & Int16(POLLERR) != 0
        if !isGone, unmounter(mountPath.withLock { $0 }) { return }
        fuse_session_unmount(pointer)
    }

    /// Answers requests until the session ends. Returns the error that ended it, if one did.
    @discardableResult
    func answerAll() -> Errno? {
        var buffer = fuse_buf()
        defer { free(buffer.mem) }
        while fuse_session_exited(pointer) == 0 {
            let length = fuse_session_receive_buf(pointer, &buffer)
            if length == -EINTR {
                continue
            }
            guard length > 0 else {
                return length == 0 ? nil : Errno(rawValue: -length)
            }
            fuse_session_process_buf(pointer, &buffer)
        }
        return nil
    }

    /// Makes `answerAll` return. The loop checks a flag between requests, and a signal interrupts
    /// its wait. The signal is repeated: one that comes between the check and the wait is lost.
    private func stop(_ loopThread: pthread_t) {
        fuse_session_exit(pointer)
        while isRunning.load(ordering: .sequentiallyConsistent) {
            pthread_kill(loopThread, Self.kick)
            usleep(5000)
        }
    }

    private static let kick = SIGUSR1

    private static var endingSignals: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGTERM, SIGINT, SIGHUP] {
            sigaddset(&signals, signal)
        }
        return signals
    }

    /// Makes SIGUSR1 interrupt a system call and do nothing else, and ignores SIGPIPE.
    private static func makeKickInterruptOnly() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        sigaction(kick, &action, nil)
        var kicks = sigset_t()
        sigemptyset(&kicks)
        sigaddset(&kicks, kick)
        pthread_sigmask(SIG_UNBLOCK, &kicks, nil)
        signal(SIGPIPE, SIG_IGN)
    }
}
