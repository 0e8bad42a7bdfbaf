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

extension PerfTests {
    /// Threads that stand at their overflows until they are released.
    @Suite(
        .timeLimit(.minutes(1)),
        .enabled(if: Events.getppid != nil, "no tracefs"),
        .enabled(if: access("/usr/bin/perl", X_OK) == 0, "no perl")
    )
    struct PerfHoldTests {
        let backend: PerfBackend
        let getppid: EventSelection

        init() throws {
            backend = try PerfBackend()
            getppid = try #require(Events.getppid)
        }

        private func attach(
            _ target: Stranger,
            every distance: UInt64,
            timeout: UInt64? = nil,
            session: UInt64 = 1
        ) throws -> any CounterSession {
            var program = counters(getppid, Events.taskClock)
            program[0].distance = distance
            return try backend.attach(
                .thread(target.pid),
                program,
                timeout: timeout,
                hold: true,
                session: session
            )
        }

        /// The count of the first counter at the next overflow; nil when none comes.
        private func nextOverflow(within milliseconds: Int32 = 2000) -> UInt64? {
            let events = backend.events(within: milliseconds) { !$0.isEmpty }
            guard events.count == 1, case .overflow(let pmds, let snapshot, _) = events[0].kind,
                pmds == [0]
            else { return nil }
            return snapshot.raw[0]
        }

        @Test("the thread stands at each overflow, and has not gone one step further")
        func hold() throws {
            let target = try Stranger("for $i (1..30) { getppid; print \"$i\\n\" }")
            let session = try attach(target, every: 10)
            defer { session.detach() }
            try session.start(0)
            target.say("go\n")
            for overflow in 1...3 as ClosedRange<UInt64> {
                #expect(nextOverflow() == overflow * 10)
                #expect(ThreadStatus(ofThread: target.pid)?["State"] == "t (tracing stop)")
                usleep(20_000)
                #expect(target.lines(quietFor: 20).count == (overflow == 1 ? 9 : 10))
                #expect(try session.read(0).raw[0] == overflow * 10)
                session.release()
            }
            #expect(target.wait() == 0)
            #expect(target.lines(quietFor: 20) == ["30"])
        }

        @Test("a thread that is let go of in any state runs on unharmed", arguments: [0, 1, 2])
        func detach(moment: Int) throws {
            let target = try Stranger(
                "for $i (1..30) { getppid; select undef, undef, undef, 0.005 } print \"done\\n\""
            )
            let session = try attach(target, every: moment == 0 ? 1000 : 10)
            try session.start(0)
            target.say("go\n")
            if moment == 0 { usleep(30_000) } else { #expect(nextOverflow() == 10) }
            if moment == 2 {
                session.release()
                usleep(20_000)
            }
            session.detach()
            #expect(target.wait() == 0)
            #expect(target.lines(quietFor: 20) == ["done"])
            #expect(ThreadStatus(ofThread: getpid())?["TracerPid"] == "0")
        }

        @Test("a new session can hold a thread that was just let go of")
        func again() throws {
            let target = try Stranger("for $i (1..30) { getppid } print \"done\\n\"")
            for _ in 0..<20 { try attach(target, every: 10).detach() }
            let session = try attach(target, every: 10)
            defer { session.detach() }
            try session.start(0)
            target.say("go\n")
            for count in [10, 20, 30] as [UInt64] {
                #expect(nextOverflow() == count)
                session.release()
            }
            #expect(target.wait() == 0)
        }

        @Test("only one can trace a thread, and the other is named")
        func traced() throws {
            let target = try Stranger("1")
            let session = try attach(target, every: 10)
            defer { session.detach() }
            let error = #expect(throws: PfmError.self) {
                try attach(target, every: 10, session: 2)
            }
            #expect(error?.code == .resourceBusy)
            #expect(error?.message.contains("is traced by process \(getpid())") == true)
            let own = #expect(throws: PfmError.self) {
                try backend.attach(.thread(getpid()), counters(Events.pageFaults), hold: true)
            }
            #expect(own?.code == .resourceBusy)
        }

        @Test("signals reach a thread that is held at times")
        func signals() throws {
            let target = try Stranger(
                "$SIG{USR1} = sub { print \"usr1\\n\" }; print \"up\\n\"; "
                    + "while (1) { getppid; select undef, undef, undef, 0.002 }"
            )
            let session = try attach(target, every: 10)
            defer { session.detach() }
            try session.start(0)
            target.say("go\n")
            #expect(nextOverflow() == 10)
            session.release()
            #expect(nextOverflow() == 20)
            kill(target.pid, SIGUSR1)
            #expect(target.lines(quietFor: 50) == ["up"])
            session.release()
            #expect(nextOverflow() == 30)
            #expect(target.lines(quietFor: 20) == ["usr1"])
            session.release()
            kill(target.pid, SIGTERM)
            let events = backend.events { events in
                if case .ended = events.last?.kind { true } else { false }
            }
            guard case .ended(.exit) = events.last?.kind else {
                Issue.record("\(events)")
                return
            }
        }

        @Test("job control works on a seized thread")
        func jobControl() throws {
            let target = try Stranger("print \"done\\n\"")
            let session = try attach(target, every: 10)
            defer { session.detach() }
            kill(target.pid, SIGSTOP)
            target.say("go\n")
            usleep(30_000)
            #expect(target.lines(quietFor: 20).isEmpty)
            kill(target.pid, SIGCONT)
            #expect(target.wait() == 0)
            #expect(target.lines(quietFor: 20) == ["done"])
        }

        @Test("a new program of the thread is held as the old one was")
        func exec() throws {
            let target = try Stranger(
                "getppid; getppid; exec \"perl\", \"-e\", "
                    + "'$| = 1; for $i (1..12) { getppid; print \"$i\\n\" }'"
            )
            let session = try attach(target, every: 5)
            defer { session.detach() }
            try session.start(0)
            target.say("go\n")
            let events = backend.events { !$0.isEmpty }
            guard case .reopened? = events.first?.kind else {
                Issue.record("\(events)")
                return
            }
            // It waits behind the exec for those who know what is left of the distance.
            usleep(20_000)
            #expect(target.lines(quietFor: 20).isEmpty)
            session.stop(0)
            #expect(try session.read(0).raw[0] == 2)
            try session.arm(0, pmd: 0, distance: 3)
            try session.start(0)
            session.release()
            #expect(nextOverflow() == 5)
            #expect(target.lines(quietFor: 20).count == 2)
            session.stop(0)
            try session.arm(0, pmd: 0, distance: 5)
            try session.start(0)
            session.release()
            #expect(nextOverflow() == 10)
            #expect(target.lines(quietFor: 20).count == 5)
            session.release()
            #expect(target.wait() == 0)
            #expect(try session.read(0).raw[0] == 14)
        }

        @Test("the parent hears of a thread that was killed where it stood")
        func killed() throws {
            let target = try Stranger("for (1..30) { getppid }")
            let session = try attach(target, every: 10)
            try session.start(0)
            target.say("go\n")
            #expect(nextOverflow() == 10)
            kill(target.pid, SIGKILL)
            session.detach()
            #expect(target.wait() == 128 + SIGKILL)
        }

        @Test("a thread that keeps SIGTRAP off is not held, and survives")
        func blocked() throws {
            let target = try Stranger(
                "use POSIX; $s = POSIX::SigSet->new(SIGTRAP); sigprocmask(SIG_BLOCK, $s); "
                    + "for (1..10) { getppid } print \"ran on\\n\"; "
                    + "select undef, undef, undef, 0.2; "
                    + "sigprocmask(SIG_UNBLOCK, $s); print \"alive\\n\""
            )
            let session = try attach(target, every: 10)
            try session.start(0)
            target.say("go\n")
            #expect(nextOverflow() == 10)
            #expect(target.lines(quietFor: 20) == ["ran on"])
            session.detach()
            #expect(target.wait() == 0)
            #expect(target.lines(quietFor: 20) == ["alive"])
        }

        @Test("a time-out does not hold the thread")
        func timeout() throws {
            let target = try Stranger("for $i (1..3000000) { $x += $i } print \"done\\n\"")
            let session = try attach(target, every: 1000, timeout: 5_000_000)
            defer { session.detach() }
            try session.start(0)
            target.say("go\n")
            let events = backend.events { $0.count >= 3 }
            #expect(events.allSatisfy { if case .timeout = $0.kind { true } else { false } })
            #expect(target.wait() == 0)
        }

        @Test("whole CPUs and exec cannot be combined with it")
        func refused() throws {
            #expect(throws: PfmError.self) {
                try backend.attach(.cpu(0), counters(Events.pageFaults), hold: true)
            }
            let target = try Stranger("1")
            let session = try attach(target, every: 10)
            defer { session.detach() }
            #expect(throws: PfmError.self) { try session.startAtExec(0) }
        }

        @Test("holding takes the right to trace, not only to look")
        func permission() throws {
            let child = try Child.nobody("read x")
            let other = Client(uid: 65533, gid: 65533, tid: child.pid)
            let error = #expect(throws: PfmError.self) {
                try backend.attach(
                    .thread(child.pid),
                    counters(Events.software(2, kernel: false)),
                    hold: true,
                    client: other
                )
            }
            #expect(error?.code == .notPermitted)
        }
    }
}

/// A Perl program that is not a child of this process, as monitored programs are.
///
/// Children of the tests would be waited for by threads that do not trace them.
final class Stranger {
    let pid: Int32
    private let parent: Child
    private var hasEnded = false

    /// - Parameter script: runs after a line has come in on standard input.
    init(_ script: String) throws {
        let quoted = script.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''")
        let starter = "exec 3<&0; perl -e '$| = 1; <STDIN>; \(quoted)' <&3 & echo $!; wait $!"
        parent = try Child(["sh", "-c", starter], waits: false)
        let first = try #require(parent.lines(quietFor: 100).first)
        pid = try #require(Int32(first))
        Child.waitUntilItReads(pid)
    }

    func say(_ line: String) { parent.say(line) }

    /// The program's exit status.
    func wait() -> Int32 {
        hasEnded = true
        return parent.wait()
    }

    func lines(quietFor milliseconds: Int32) -> [String] {
        parent.lines(quietFor: milliseconds)
    }

    deinit {
        // Its parent follows.
        if !hasEnded { kill(pid, SIGKILL) }
    }
}
