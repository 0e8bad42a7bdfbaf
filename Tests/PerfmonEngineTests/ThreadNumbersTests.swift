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

@Suite struct ThreadNumbersTests {
    @Test func areTheSameInTheSameNamespace() throws {
        let numbers = ThreadNumbers.of(Client(uid: 0, gid: 0, tid: getpid()))
        #expect(try numbers.ours(4711) == 4711)
        #expect(numbers.theirs(4711) == 4711)
    }

    @Test func ofWhomNobodyKnowsAreRefused() {
        for tid: Int32 in [0, -1, .max] {
            let numbers = ThreadNumbers.of(Client(uid: 0, gid: 0, tid: tid))
            #expect(throws: PfmError.self) { try numbers.ours(1) }
            #expect(numbers.theirs(getpid()) == 0)
        }
    }

    @Test(arguments: [true, false])
    func areThoseOfTheClientsNamespace(asksKernel: Bool) throws {
        guard geteuid() == 0 else { return }
        let outer = try Child(
            ["unshare", "--pid", "--fork", "--kill-child", "sh", "-c", "read x; :"],
            waits: false
        )
        var text = ""
        for _ in 0..<100 where text.isEmpty {
            usleep(20_000)
            text = ProcessFile.text("/proc/\(outer.pid)/task/\(outer.pid)/children") ?? ""
        }
        // Where namespaces cannot be made the program has no child.
        guard let inner = text.split(separator: " ").first.flatMap({ Int32($0) }) else { return }
        let client = Client(uid: 0, gid: 0, tid: inner)
        let numbers = ThreadNumbers.of(client, asksKernel: asksKernel)
        #expect(try numbers.ours(1) == inner)
        #expect(numbers.theirs(inner) == 1)
        #expect(numbers.theirs(getpid()) == 0)
        let error = #expect(throws: PfmError.self) { try numbers.ours(4_000_000) }
        #expect(error?.code == .noSuchProcess)
    }
}

@Suite struct OpenerTests {
    private let client = Client(uid: geteuid(), gid: getegid(), tid: getpid())

    @Test func isForgottenWhenTheRightsAreTheSame() {
        #expect(Opener(client).writing(client).opener == nil)
    }

    @Test func isNotedWhenAnyRightIsAnother() {
        let own = Opener(client)
        for other in [
            Opener(uid: 77, gid: own.gid, capabilities: own.capabilities),
            Opener(uid: own.uid, gid: 77, capabilities: own.capabilities),
            Opener(uid: own.uid, gid: own.gid, capabilities: own.capabilities ^ 1 << 38),
        ] {
            #expect(other.writing(client).opener === other)
        }
    }

    @Test func hasToBeInTheGroupToo() {
        var client = Client(uid: 1, gid: 2, groups: [3], tid: 0)
        client.opener = Opener(uid: 1, gid: 3, capabilities: 0)
        #expect(client.isMember(of: 3))
        #expect(!client.isMember(of: 2))
        #expect(client.acts(as: 1))
        client.opener = Opener(uid: 5, gid: 3, capabilities: 0)
        #expect(!client.acts(as: 1))
    }
}
