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
    /// Threads that come, execute programs and go while they are counted.
    @Suite(.timeLimit(.minutes(1)))
    struct PerfLifeTests {
        let backend: PerfBackend

        init() throws {
            backend = try PerfBackend()
        }

        @Test("the end of a thread is told once, and its counts stay", arguments: [true, false])
        func exit(usesPidfds: Bool) throws {
            let backend = try PerfBackend(usesThreadPidfds: usesPidfds)
            let child = try Child.shell("read x; /bin/true; exit 7")
            let session = try backend.attach(
                .thread(child.pid),
                counters(Events.taskClock),
                session: 42
            )
            try session.start(0)
            backend.drainEvents { _ in Issue.record("nothing has happened yet") }
            child.say("go\n")
            #expect(child.wait() == 7)
            let events = backend.events { !$0.isEmpty }
            #expect(events.count == 1)
            #expect(events.first?.session == 42)
            guard case .ended(.exit) = events.first?.kind else {
                Issue.record("\(events)")
                return
            }
            #expect(try session.read(0).raw[0] > 0)
            // The descriptor must not stay readable: nobody may spin on it.
            var entry = pollfd(fd: backend.eventDescriptor, events: Int16(POLLIN), revents: 0)
            #expect(poll(&entry, 1, 20) == 0)
            session.detach()
        }

        @Test("the end of a thread that is not its process's first one")
        func threadExit() throws {
            var worker: Worker? = Worker()
            let tid = try #require(worker?.tid)
            let session = try backend.attach(.thread(tid), counters(Events.taskClock))
            worker = nil
            let events = backend.events { !$0.isEmpty }
            guard case .ended(.exit) = events.first?.kind else {
                Issue.record("\(events)")
                return
            }
            session.detach()
        }

        @Test("events of a detached session are dropped")
        func endAfterDetach() throws {
            let child = try Child.shell("read x")
            let session = try backend.attach(.thread(child.pid), counters(Events.pageFaults))
            child.wait()
            session.detach()
            #expect(backend.events(within: 100) { _ in false }.isEmpty)
        }

        @Test("threads that do not exist, zombies and nonsense are refused")
        func noSuchThread() throws {
            let child = try Child.shell("read x")
            kill(child.pid, SIGKILL)
            // Waits for its end and leaves the zombie.
            var information = siginfo_t()
            #expect(waitid(P_PID, id_t(child.pid), &information, WEXITED | WNOWAIT) == 0)
            for tid in [child.pid, 0, -1, 4_194_303] {
                let error = #expect(throws: PfmError.self) {
                    try backend.attach(.thread(tid), counters(Events.pageFaults))
                }
                #expect(error?.code == .noSuchProcess)
            }
            child.wait()
        }

        @Test("a thread number that is used again is not the thread that was meant")
        func reuse() throws {
            let child = try Child.shell("read x")
            let handle = try ThreadHandle(child.pid)
            let oldHandle = try ThreadHandle(child.pid, usesPidfd: false)
            #expect([handle.isAlive, oldHandle.isAlive] == [true, true])
            child.wait()
            // The next process gets the same number.
            let file = open("/proc/sys/kernel/ns_last_pid", O_WRONLY)
            let text = String(child.pid - 1)
            let written = write(file, text, text.utf8.count)
            close(file)
            let next = try Child.shell("read x")
            try #require(written > 0 && next.pid == child.pid, "the number could not be had again")
            #expect([handle.isAlive, oldHandle.isAlive] == [false, false])
        }

        @Test("children are counted only with inherit")
        func inherit() throws {
            func faults(inherit: Bool) throws -> UInt64 {
                let child = try Child.shell("read x; for i in 1 2 3; do /bin/true; done")
                let session = try backend.attach(
                    .thread(child.pid),
                    counters(Events.pageFaults),
                    inherit: inherit
                )
                defer { session.detach() }
                try session.start(0)
                child.say("go\n")
                child.wait()
                return try session.read(0).raw[0]
            }
            // Loading /bin/true takes more than thirty faults; forking takes the shell some too.
            #expect(try faults(inherit: true) > faults(inherit: false) + 90)
        }

        @Test("a set armed for exec counts the new program from its first instruction")
        func startAtExec() throws {
            let child = try Child.shell("read x; exec sh -c 'exit 3'")
            let session = try backend.attach(
                .thread(child.pid),
                counters(Events.pageFaults),
                inherit: true
            )
            defer { session.detach() }
            try session.startAtExec(0)
            #expect(try session.read(0).raw == [0])
            child.say("go\n")
            #expect(child.wait() == 3)
            let counts = try session.read(0)
            #expect(counts.raw[0] > 30)
            #expect(counts.timeEnabled > 0)
        }

        @Test("a stop takes the arming back")
        func stopBeforeExec() throws {
            let child = try Child.shell("read x; exec sh -c 'read y'")
            let session = try backend.attach(.thread(child.pid), counters(Events.pageFaults))
            defer { session.detach() }
            try session.start(0)
            session.stop(0)
            let before = try session.read(0)
            try session.startAtExec(0)
            session.stop(0)
            child.say("go\n")
            usleep(100_000)
            #expect(try session.read(0).raw == before.raw)
            child.wait()
            #expect(try session.read(0).raw == before.raw)
        }

        @Test("a stop after the exec keeps what was counted")
        func stopAfterExec() throws {
            let child = try Child.shell("read x; exec sh -c 'read y'")
            let session = try backend.attach(.thread(child.pid), counters(Events.pageFaults))
            defer { session.detach() }
            try session.startAtExec(0)
            child.say("go\n")
            try eventually { try session.read(0).raw[0] > 30 }
            session.stop(0)
            let counts = try session.read(0)
            #expect(counts.raw[0] > 30)
            child.say("go\n")
            child.wait()
            #expect(try session.read(0).raw == counts.raw)
        }

        @Test(
            "a program with other credentials ends the session, and says so",
            .enabled(if: access("/bin/su", X_OK) == 0, "no su")
        )
        func privilegedExec() throws {
            let child = try Child.nobody("read x; exec /bin/su -c true nobody")
            let session = try backend.attach(.thread(child.pid), counters(Events.pageFaults))
            defer { session.detach() }
            try session.start(0)
            child.say("go\n")
            let events = backend.events { !$0.isEmpty }
            guard case .ended(.execCredentials) = events.first?.kind else {
                Issue.record("\(events)")
                return
            }
            session.stop(0)
            // pfmfs could open events on it now; the client could not.
            let error = #expect(throws: PfmError.self) {
                try session.reprogram(SetProgram(id: 0, counters: counters(Events.taskClock)))
            }
            #expect(error?.code == .noSuchProcess)
            #expect(throws: PfmError.self) { try session.startAtExec(0) }
            #expect(throws: PfmError.self) { try session.arm(0, pmd: 0, distance: 5) }
            kill(child.pid, SIGKILL)
            child.wait()
        }

        @Test(
            "a CPU that goes offline ends its sessions, and only those",
            .enabled(if: access("/sys/devices/system/cpu/cpu1/uevent", W_OK) == 0, "one CPU")
        )
        func cpuOffline() throws {
            // The list of CPUs is a file of the test's; the announcement is a real one, sent
            // without taking the CPU away from everybody.
            let root = "/tmp/pfmfs-test-\(getpid())"
            let directory = root + "/sys/devices/system/cpu"
            defer { _ = Child.run("rm", "-r", root) }
            #expect(Child.run("mkdir", "-p", directory) == 0)
            #expect(Child.run("sh", "-c", "echo 0-1 > \(directory)/online") == 0)
            let backend = try PerfBackend(kernel: PerfKernel(files: KernelFiles(root: root)))
            let gone = try backend.attach(.cpu(1), counters(Events.taskClock), session: 1)
            let kept = try backend.attach(.cpu(0), counters(Events.taskClock), session: 2)
            defer {
                gone.detach()
                kept.detach()
            }
            func announce() {
                #expect(
                    Child.run("sh", "-c", "echo offline > /sys/devices/system/cpu/cpu1/uevent")
                        == 0
                )
            }
            announce()
            #expect(backend.events(within: 100) { !$0.isEmpty }.isEmpty)
            #expect(Child.run("sh", "-c", "echo 0 > \(directory)/online") == 0)
            announce()
            let events = backend.events { !$0.isEmpty }
            #expect(events.map(\.session) == [1])
            guard case .ended(.cpuOffline) = events.first?.kind else {
                Issue.record("\(events)")
                return
            }
            _ = try gone.read(0)
            announce()
            #expect(backend.events(within: 100) { !$0.isEmpty }.isEmpty)
        }

        @Test("a CPU that is not there is refused by name")
        func noSuchCPU() throws {
            let error = #expect(throws: PfmError.self) {
                try backend.attach(.cpu(4000), counters(Events.taskClock))
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message == "CPU 4000 is not online")
        }
    }
}
