import Glibc
@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// Tests against the running kernel, one after the other: they count each other's work otherwise.
@Suite(.serialized, .enabled(if: geteuid() == 0, "counting in kernel mode needs root"))
enum PerfTests {}

/// Selections of the kernel's events, as event names resolve to them.
enum Events {
    static let pageFaults = software(2)
    static let contextSwitches = software(3)
    static let taskClock = software(1)
    static let minorFaults = software(5)
    static let cycles = generic(1, 0)

    static func software(_ id: UInt64, user: Bool = true, kernel: Bool = true) -> EventSelection {
        generic(2, id, user: user, kernel: kernel)
    }

    static func generic(
        _ kind: UInt64,
        _ config: UInt64,
        operand: UInt64 = 0,
        user: Bool = true,
        kernel: Bool = true
    ) -> EventSelection {
        var image = SelectorBits.generic | SelectorBits.enable | kind << 32 | config
        if user { image |= SelectorBits.user }
        if kernel { image |= SelectorBits.kernel }
        return .generic(image, operand: operand)
    }

    /// A data breakpoint for writes of 8 bytes.
    static func writes(to address: UnsafeMutablePointer<Int>) -> EventSelection {
        generic(5, 2 << 36 | 3 << 40, operand: UInt64(UInt(bitPattern: address)), kernel: false)
    }

    /// msr/tsc/; nil where there is no such PMU.
    static var timeStampCounter: EventSelection? {
        SysfsEvents().device("msr").map {
            generic(7, UInt64($0.index) << 48)
        }
    }

    /// A tracepoint; nil unless tracefs is mounted where everybody looks for it.
    static func tracepoint(_ path: String) -> EventSelection? {
        KernelFiles().number("/sys/kernel/tracing/events/\(path)/id").map {
            generic(3, $0)
        }
    }

    static var getppid: EventSelection? { tracepoint("syscalls/sys_enter_getppid") }
}

/// A client that may do everything.
let root = Client(uid: 0, gid: 0, tid: getpid())

/// A thread of this process that does what a test says, and nothing besides.
final class Worker: Sendable {
    private let thread = HelperThread(name: "worker")

    var tid: Int32 { thread.threadID }

    /// Runs `body` there and waits for its end.
    func run(_ body: @escaping @Sendable () -> Void) {
        let done = Monitor(false)
        thread.submit {
            body()
            done.withLock { $0 = true }
        }
        done.wait { done, _ in done ? () : nil }
    }

    /// Starts `body` there.
    func begin(_ body: @escaping @Sendable () -> Void) {
        thread.submit(body)
    }
}

/// Deeds whose number the kernel counts exactly.
enum Deed {
    /// Touches fresh memory: one page fault for each page.
    static func touch(pages: Int) {
        let size = pages * 4096
        guard
            let memory = mmap(
                nil,
                size,
                PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS,
                -1,
                0
            )
        else { return }
        madvise(memory, size, MADV_NOHUGEPAGE)
        for page in 0..<pages {
            memory.storeBytes(of: 1, toByteOffset: page * 4096, as: UInt8.self)
        }
        munmap(memory, size)
    }

    static func askForParent(times: Int) {
        for _ in 0..<times { _ = getppid() }
    }

    /// Spends CPU time.
    static func spin(milliseconds: Int) {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        let end = time.tv_sec * 1_000_000_000 + time.tv_nsec + milliseconds * 1_000_000
        repeat {
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        } while time.tv_sec * 1_000_000_000 + time.tv_nsec < end
    }
}

/// Perf events that this process has open.
func openEvents() -> Int {
    ((try? KernelFiles().entries("/proc/self/fd")) ?? []).count { name in
        var target = [CChar](repeating: 0, count: 64)
        return readlink("/proc/self/fd/\(name)", &target, 63) > 0
            && strcmp(target, "anon_inode:[perf_event]") == 0
    }
}

/// Asks again and again until something has come true, for at most five seconds.
@discardableResult
func eventually(_ isTrue: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<5000 {
        if try isTrue() { return true }
        usleep(1000)
    }
    return false
}

/// A child process that waits for a line on its standard input.
final class Child {
    let pid: Int32
    private var input: Int32
    private let output: Int32

    /// - Parameters:
    ///   - words: the program and its arguments.
    ///   - waits: whether it reads a line, and is waited for until it does.
    init(_ words: [String], waits: Bool = true) throws {
        var ends: [Int32] = [0, 0]
        var outputEnds: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0 && pipe(&outputEnds) == 0)
        for end in ends + outputEnds { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        posix_spawn_file_actions_adddup2(&actions, outputEnds[1], 1)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var pid: Int32 = 0
        // The threads of tests keep signals off, and a shell without SIGCHLD waits for ever.
        var attributes = posix_spawnattr_t()
        var noSignal = sigset_t()
        sigemptyset(&noSignal)
        posix_spawnattr_init(&attributes)
        posix_spawnattr_setsigmask(&attributes, &noSignal)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let result = posix_spawnp(&pid, words[0], &actions, &attributes, &arguments, environ)
        posix_spawnattr_destroy(&attributes)
        posix_spawn_file_actions_destroy(&actions)
        for argument in arguments { free(argument) }
        close(ends[0])
        close(outputEnds[1])
        input = ends[1]
        output = outputEnds[0]
        self.pid = pid
        try #require(result == 0)
        // Counting from the start of a program that has not begun yet would count its loading.
        if waits { Self.waitUntilItReads(pid) }
    }

    /// Waits until a process is in a read of its standard input.
    static func waitUntilItReads(_ pid: Int32) {
        eventually { ProcessFile.text("/proc/\(pid)/syscall")?.hasPrefix("0 0x0 ") == true }
    }

    /// Runs a program to its end; its exit status, or -1.
    static func run(_ words: String...) -> Int32 {
        (try? Child(words, waits: false))?.wait() ?? -1
    }

    static func shell(_ script: String) throws -> Child {
        try Child(["sh", "-c", script])
    }

    /// A shell that belongs to nobody and may do nothing.
    static func nobody(_ script: String, options: [String] = ["--clear-groups"]) throws -> Child {
        let child = try Child(
            ["setpriv", "--reuid=65534", "--regid=65534"] + options + ["sh", "-c", script]
        )
        child.waitUntilItRuns("sh")
        return child
    }

    /// Waits until the process executes a program. Before that it has its parent's rights.
    func waitUntilItRuns(_ program: String) {
        while ProcessFile.text("/proc/\(pid)/comm") != program + "\n" { usleep(1000) }
    }

    func say(_ line: String) {
        _ = line.withCString { write(input, $0, strlen($0)) }
    }

    /// The lines it has printed since the last call, once it has been quiet for a while.
    func lines(quietFor milliseconds: Int32) -> [String] {
        var bytes: [UInt8] = []
        var entry = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        while poll(&entry, 1, milliseconds) > 0 {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let got = read(output, &buffer, buffer.count)
            guard got > 0 else { break }
            bytes += buffer.prefix(got)
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Waits for the end and returns the exit status.
    @discardableResult
    func wait() -> Int32 {
        if input >= 0 { close(input) }
        input = -1
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status >> 8 & 0xFF
    }

    deinit {
        if input >= 0 {
            kill(pid, SIGKILL)
            wait()
        }
        close(output)
    }
}

extension PerfBackend {
    /// Attaches to one target with one set.
    func attach(
        _ target: Target,
        _ counters: [CounterProgram],
        timeout: UInt64? = nil,
        inherit: Bool = false,
        hold: Bool = false,
        client: Client = root,
        session: UInt64 = 1,
        isDelegated: Bool = false,
        isBuffered: Bool = false
    ) throws(PfmError) -> any CounterSession {
        try attach(
            AttachRequest(
                session: session,
                target: target,
                sets: [SetProgram(id: 0, counters: counters, timeout: timeout)],
                inherit: inherit,
                holdAtOverflow: hold,
                client: client,
                isDelegated: isDelegated,
                isBuffered: isBuffered
            )
        )
    }

    /// Everything that happens until `isEnough`, or until nothing has happened for a while.
    func events(
        within milliseconds: Int32 = 3000,
        until isEnough: ([BackendEvent]) -> Bool
    ) -> [BackendEvent] {
        var result: [BackendEvent] = []
        let end = now + UInt64(milliseconds) * 1_000_000
        while !isEnough(result), now < end {
            var entry = pollfd(fd: eventDescriptor, events: Int16(POLLIN), revents: 0)
            poll(&entry, 1, 50)
            drainEvents { result.append($0) }
        }
        return result
    }
}

/// One counter for each selection, from PMD 0 on.
func counters(_ selections: EventSelection...) -> [CounterProgram] {
    selections.enumerated().map { CounterProgram(pmd: $0.offset, selection: $0.element) }
}
