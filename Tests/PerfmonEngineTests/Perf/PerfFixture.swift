import Glibc
@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import TestSupport
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

    /// Waits until the thread is off all CPUs.
    func waitUntilAsleep() {
        eventually {
            ProcessFile.text("/proc/self/task/\(tid)/syscall")?.hasPrefix("running") == false
        }
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

extension CounterProgram {
    /// Overflows at every multiple of a number of events.
    mutating func overflow(every events: UInt64) {
        distance = events
        period = events
        forecast = PeriodForecast(shortest: events, longest: events, unit: events)
    }
}

extension CounterSession {
    /// Lets a counter overflow at a raw count, and every so many events from then on.
    func arm(_ set: UInt16, pmd: Int, at count: UInt64, every events: UInt64? = nil)
        throws(PfmError)
    {
        try arm(set, [(pmd, OverflowTarget(count: count, period: events))])
    }
}

/// One counter for each selection, from PMD 0 on.
func counters(_ selections: EventSelection...) -> [CounterProgram] {
    selections.enumerated().map { CounterProgram(pmd: $0.offset, selection: $0.element) }
}
