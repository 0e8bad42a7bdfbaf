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

/// Who may have a thread signalled: the rule of kill(2).
@Suite struct SignalNoticeTests {
    /// Asks as thread 1 with a user id and capabilities; the test's own thread has the ids given.
    private func ask(
        uid: UInt32,
        real: UInt32? = nil,
        capabilities: UInt64 = 0,
        of uids: [UInt32],
        signal: Int32 = SIGURG
    ) throws -> Errno? {
        let tid = getpid()
        var options = EngineOptions()
        options.threadFacts = { asked in
            asked == tid
                ? ThreadFacts(uids: uids)
                : ThreadFacts(
                    uids: [real ?? uid, uid, uid],
                    capabilities: capabilities
                )
        }
        let fixture = try EngineFixture(options: options)
        let context = try fixture.context()
        let client = Client(uid: uid, gid: 0, tid: 1)
        let result = refusal { () throws(PfmError) in
            try context.setNotice((tid, signal), by: client)
        }
        #expect((context.notice == nil) == (result != nil))
        return result
    }

    @Test func oneOfTheSendersIdsIsRealOrSaved() throws {
        #expect(try ask(uid: 5, of: [5, 5, 5]) == nil)
        #expect(try ask(uid: 5, of: [5, 9, 9]) == nil, "a set-user-id program of the same user")
        #expect(try ask(uid: 5, of: [9, 9, 5]) == nil)
        #expect(try ask(uid: 5, of: [9, 5, 9]) == .notPermitted, "the effective id alone")
        #expect(try ask(uid: 5, of: [9, 9, 9]) == .notPermitted)
        #expect(try ask(uid: 6, real: 5, of: [5, 5, 5]) == nil, "by the sender's real id")
        #expect(try ask(uid: 0, of: [5, 5, 5]) == .notPermitted, "root without CAP_KILL")
        #expect(try ask(uid: 5, capabilities: 1 << 5, of: [9, 9, 9]) == nil, "CAP_KILL")
    }

    @Test func signalsAndThreadsMustExist() throws {
        #expect(try ask(uid: 5, of: [5, 5, 5], signal: 0) == .invalidArgument)
        #expect(try ask(uid: 5, of: [5, 5, 5], signal: 65) == .invalidArgument)
        let fixture = try EngineFixture()
        let context = try fixture.context()
        let client = Client(uid: 0, gid: 0, tid: 1)
        for tid in [0, -1, Int32.max] {
            let result = refusal { () throws(PfmError) in
                try context.setNotice((tid, SIGURG), by: client)
            }
            #expect(result == .noSuchProcess)
        }
    }
}
