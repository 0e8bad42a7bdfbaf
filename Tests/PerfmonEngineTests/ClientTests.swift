import Glibc
@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import Testing

@Suite struct ClientTests {
    @Test func knowsTheGroupsItWasGiven() {
        let client = Client(uid: 1, gid: 2, groups: [3, 4], tid: 5)
        #expect(client.isMember(of: 2))
        #expect(client.isMember(of: 4))
        #expect(!client.isMember(of: 1))
    }

    @Test func readsTheGroupsOfAThread() {
        var own = [gid_t](repeating: 0, count: 1 << 16)
        let count = getgroups(Int32(own.count), &own)
        let client = Client(uid: 0, gid: 0, waitingThread: getpid())
        #expect(Set(client.groups) == Set(own.prefix(Int(max(count, 0)))))
    }

    @Test func hasNoGroupsWithoutAThread() {
        #expect(Client(uid: 0, gid: 0, waitingThread: 0).groups.isEmpty)
        #expect(Client(uid: 0, gid: 0, waitingThread: .max).groups.isEmpty)
    }

    @Test(arguments: [
        ("Name:\tx\nGroups:\t0 4 1000 \nNgid:\t0\n", [0, 4, 1000]), ("Groups:\t \n", []),
        ("Name:\tGroups: 7\n", []), ("", []), ("Groups:\t1 x 99999999999 2\n", [1, 2]),
    ])
    func parsesTheKernelsText(_ text: String, _ expected: [UInt32]) {
        #expect(ThreadStatus(text).numbers("Groups") == expected)
    }
}
