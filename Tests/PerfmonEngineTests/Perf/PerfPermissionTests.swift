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
    /// What a client without privileges may do: what the kernel would let it do.
    @Suite(
        .timeLimit(.minutes(1)),
        .enabled(if: geteuid() == 0, "acting as others needs root")
    )
    struct PerfPermissionTests {
        let backend: PerfBackend
        let child: Child
        let nobody: Client
        let userFaults = Events.software(2, kernel: false)
        let paranoid: Int

        init() throws {
            backend = try PerfBackend()
            child = try Child.nobody("read x")
            nobody = Client(uid: 65534, gid: 65534, tid: child.pid)
            paranoid = try #require(PerfKernel().paranoid)
        }

        private func refusal(
            _ target: Target,
            _ event: EventSelection,
            isDelegated: Bool = false
        ) -> PfmError? {
            do throws(PfmError) {
                try backend.attach(
                    target,
                    counters(event),
                    client: nobody,
                    isDelegated: isDelegated
                ).detach()
                return nil
            } catch {
                return error
            }
        }

        @Test("its own thread in user mode is allowed")
        func own() {
            #expect(refusal(.thread(child.pid), userFaults) == nil)
        }

        @Test(
            "a session without a ring asks for its rights again before it opens anything more",
            .enabled(if: access("/bin/su", X_OK) == 0, "no su")
        )
        func askedAgain() throws {
            let child = try Child.nobody("read x; exec /bin/su -c true nobody")
            let session = try backend.attach(
                .thread(child.pid),
                counters(userFaults),
                inherit: true,
                client: nobody
            )
            defer { session.detach() }
            try session.startAtExec(0)
            session.stop(0)
            child.say("go\n")
            let end = backend.now + 5_000_000_000
            while ThreadStatus(ofThread: child.pid)?["Name"] != "su" {
                try #require(backend.now < end)
                usleep(1000)
            }
            let error = #expect(throws: PfmError.self) { try session.startAtExec(0) }
            #expect(error?.code == .notPermitted || error?.code == .noSuchProcess)
            kill(child.pid, SIGKILL)
            child.wait()
        }

        @Test("a thread of root is refused, and the owner named")
        func foreign() {
            let error = refusal(.thread(getpid()), userFaults)
            #expect(error?.code == .notPermitted)
            #expect(error?.message.contains("belongs to uid 0") == true)
        }

        @Test("kernel mode is refused where the setting says so")
        func kernelMode() {
            let error = refusal(.thread(child.pid), Events.pageFaults)
            #expect((error == nil) == (paranoid < 2))
            if paranoid >= 2 {
                #expect(error?.code == .permissionDenied)
                #expect(error?.message.contains("perf_event_paranoid is \(paranoid)") == true)
                #expect(error?.message.contains("kernel mode") == true)
            }
        }

        @Test("a whole CPU is refused where the setting says so")
        func wholeCPU() {
            let error = refusal(.cpu(0), userFaults)
            #expect((error == nil) == (paranoid < 1))
            if paranoid >= 1 {
                #expect(error?.message.contains("may not monitor whole CPUs") == true)
            }
        }

        @Test("tracepoints are refused", .enabled(if: Events.getppid != nil, "no tracefs"))
        func tracepoints() throws {
            let error = refusal(.thread(child.pid), try #require(Events.getppid))
            #expect((error == nil) == (paranoid < 0))
            if paranoid >= 0 {
                #expect(error?.message.contains("tracepoints") == true)
            }
        }

        @Test("the group of sys_group may do that, but not monitor the threads of others")
        func delegated() {
            #expect(refusal(.thread(child.pid), Events.pageFaults, isDelegated: true) == nil)
            #expect(refusal(.cpu(0), Events.taskClock, isDelegated: true) == nil)
            let error = refusal(.thread(getpid()), Events.pageFaults, isDelegated: true)
            #expect(error?.message.contains("belongs to uid 0") == true)
        }

        @Test("a client with CAP_PERFMON is asked for no more")
        func capability() throws {
            let capable = try Child.nobody(
                "read x",
                options: [
                    "--clear-groups", "--inh-caps=+perfmon,+sys_ptrace",
                    "--ambient-caps=+perfmon,+sys_ptrace",
                ]
            )
            let client = Client(uid: 65534, gid: 65534, tid: capable.pid)
            let session = try backend.attach(.cpu(0), counters(Events.pageFaults), client: client)
            session.detach()
            let other = try backend.attach(
                .thread(getpid()),
                counters(Events.pageFaults),
                client: client
            )
            other.detach()
        }

        @Test("root without its capabilities is not taken for root")
        func bareRoot() throws {
            let bare = try Child([
                "setpriv", "--bounding-set=-all", "--inh-caps=-all", "sh", "-c", "read x",
            ])
            bare.waitUntilItRuns("sh")
            let client = Client(uid: 0, gid: 0, tid: bare.pid)
            let error = #expect(throws: PfmError.self) {
                try backend.attach(.cpu(0), counters(Events.pageFaults), client: client)
            }
            #expect((error?.code == .permissionDenied) == (paranoid >= 1))
        }

        @Test("the check survives the process that makes it")
        func probeIsKilled() throws {
            #expect(refusal(.thread(child.pid), userFaults) == nil)
            for pid in try KernelFiles().entries("/proc").compactMap({ Int32($0) }) {
                let status = ThreadStatus(ofThread: pid)
                guard status?["Name"] == "pfmfs-probe", status?.number("PPid") == getpid() else {
                    continue
                }
                kill(pid, SIGKILL)
            }
            usleep(20_000)
            // One request may be lost with it; no permission is ever taken for granted.
            if let error = refusal(.thread(child.pid), userFaults) {
                #expect(error.code == .resourceTemporarilyUnavailable)
            }
            #expect(refusal(.thread(child.pid), userFaults) == nil)
            #expect(refusal(.thread(getpid()), userFaults)?.code == .notPermitted)
        }
    }
}
