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
    /// What can be counted here, and the sentences for what cannot.
    @Suite
    struct PerfValidateTests {
        let backend: PerfBackend

        init() throws {
            backend = try PerfBackend()
        }

        private func refusal(_ selection: EventSelection, systemWide: Bool = false) -> PfmError? {
            do throws(PfmError) {
                try backend.validate(selection, systemWide: systemWide)
                return nil
            } catch {
                return error
            }
        }

        @Test("software events, clocks and breakpoints can be counted", arguments: [false, true])
        func possible(systemWide: Bool) {
            for id in 0...8 as ClosedRange<UInt64> {
                #expect(refusal(Events.software(id), systemWide: systemWide) == nil)
            }
            let cell = UnsafeMutablePointer<Int>.allocate(capacity: 1)
            defer { cell.deallocate() }
            #expect(refusal(Events.writes(to: cell), systemWide: systemWide) == nil)
        }

        @Test(
            "hardware events of a machine without a PMU",
            .enabled(if: !SysfsEvents().hasCorePmu, "this machine has one")
        )
        func noHardware() {
            for selection in [
                Events.cycles, Events.generic(4, 0), .programmable(0x4100C0),
                .fixed(index: 0, control: 3),
            ] {
                let error = refusal(selection)
                #expect(error?.code == .notSupported)
                #expect(error?.message.contains("no hardware PMU") == true)
            }
        }

        @Test("contradictions are refused before the kernel is asked")
        func contradictions() {
            #expect(
                refusal(Events.software(2, user: false, kernel: false))?.code == .invalidArgument
            )
            let switches = refusal(Events.software(3, kernel: false))
            #expect(switches?.code == .invalidArgument)
            #expect(switches?.message.contains("always be 0") == true)
            let reserved = refusal(Events.generic(2, 2 | 1 << 60))
            #expect(reserved?.code == .invalidArgument)
            #expect(reserved?.message.contains("bits 62:56 must be zero") == true)
            let noClass = refusal(Events.generic(9, 0))
            #expect(noClass?.code == .invalidArgument)
            #expect(noClass?.message.contains("bits 35:32 (class) are 9") == true)
            #expect(refusal(Events.generic(6, 0))?.code == .notSupported)
            #expect(refusal(Events.generic(7, 200 << 48))?.code == .noSuchFileOrDirectory)
        }

        @Test("events that the kernel does not have")
        func unknown() {
            let number = refusal(Events.software(77))
            #expect(number?.code == .invalidArgument)
            #expect(number?.message.contains("software events are 0 to 11") == true)
            #expect(refusal(Events.generic(3, 65535))?.code == .noSuchFileOrDirectory)
        }

        @Test(
            "a PMU that cannot tell the modes apart says so",
            .enabled(if: Events.timeStampCounter != nil, "no msr PMU")
        )
        func noModes() throws {
            guard case .generic(let image, _) = try #require(Events.timeStampCounter) else {
                return
            }
            let userOnly = EventSelection.generic(image & ~SelectorBits.kernel, operand: 0)
            let error = refusal(userOnly)
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains("PMU msr") == true)
        }

        @Test(
            "a trial leaves the slow end of a tracepoint to the holder",
            .enabled(if: Events.getppid != nil, "no tracefs")
        )
        func holder() throws {
            let event = try #require(Events.getppid)
            let before = MonotonicClock.now
            for _ in 0..<10 { try backend.validate(event, systemWide: false) }
            // Ten closes without a holder take 350 ms.
            #expect(MonotonicClock.now - before < 100_000_000)
            #expect(backend.holders.count == 1)
        }

        @Test("an idle holder is closed, a used one is not")
        func holderExpires() throws {
            let thread = HelperThread(name: "test")
            let holders = EventHolders(thread: thread, idleTime: 30_000_000)
            let used = try backend.attributes.attributes(for: Events.pageFaults)
            let idle = try backend.attributes.attributes(for: Events.contextSwitches)
            holders.retain(used)
            holders.retain(idle)
            #expect(holders.count == 2)
            holders.release(idle)
            #expect(eventually { holders.count == 1 })
            holders.release(used)
            #expect(eventually { holders.count == 0 })
        }
    }
}
