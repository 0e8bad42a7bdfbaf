import CPerfEvent
import CPrivilege
import CLinux
import Glibc
@testable import LinuxSupport
@testable import PerfBackend
import SystemPackage
import Testing

/// What the daemon refuses itself, unless its backend needs it. The filter is that of one thread.
@Suite
struct BackendCallsTests {
    /// What became of perf_event_open(2) and of PTRACE_INTERRUPT on a thread with a filter; an errno
    /// each, 0 for success. Nil: the thread could not have a filter.
    private func codes(allowed: Int) -> [Int32]? {
        let codes = Guarded<[Int32]?>(nil)
        Worker().run {
            guard clinux_keep_capabilities(.max) == 0,
                clinux_refuse_calls(UInt32(allowed)) == 0
            else { return }
            var event: Int32 = 0
            do throws(Errno) {
                _ = try PerfEventFile.open(PerfOpening.dummy, tid: 0, cpu: -1)
            } catch {
                event = error.rawValue
            }
            errno = 0
            let trace = clinux_ptrace_interrupt(getpid()) == 0 ? 0 : errno
            codes.withLock { $0 = [event, trace] }
        }
        return codes.withLock(\.self)
    }

    @Test("a backend has the calls that it asks for and no others")
    func calls() throws {
        let none = try #require(codes(allowed: 0))
        #expect(none == [EPERM, EPERM])
        let events = try #require(codes(allowed: Int(CLINUX_MAY_OPEN_EVENTS)))
        #expect(events == [0, EPERM])
        // The thread is not traced, which the kernel says only to those who may ask.
        let traces = try #require(codes(allowed: Int(CLINUX_MAY_TRACE)))
        #expect(traces == [EPERM, ESRCH])
    }
}
