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
    /// What users are charged is what their sessions hold.
    @Suite struct PerfDescriptorTests {
        private func program(
            _ set: UInt16,
            _ counters: Int,
            distance: UInt64? = nil,
            timeout: UInt64? = nil
        ) -> SetProgram {
            SetProgram(
                id: set,
                counters: (0..<counters).map {
                    CounterProgram(pmd: $0, selection: Events.taskClock, distance: distance)
                },
                timeout: timeout
            )
        }

        @Test(arguments: 0..<7)
        func theChargeIsTheNumberOfDescriptors(_ kind: Int) throws {
            let backend = try PerfBackend()
            let programs: [SetProgram] =
                switch kind {
                case 0: [program(0, 0)]
                case 1: [program(0, 3)]
                case 2: [program(0, 2, distance: 1_000_000_000)]
                case 3: [program(0, 1, timeout: 10_000_000), program(1, 4, timeout: 10_000_000)]
                case 4: [program(0, 1, timeout: 10_000_000), program(7, 2)]
                case 5: [program(0, 2)]
                default: [program(0, 2, timeout: 10_000_000)]
                }
            let target = kind >= 5 ? Target.cpu(0) : .thread(root.tid)
            let request = AttachRequest(
                session: 1,
                target: target,
                sets: programs,
                inherit: false,
                holdAtOverflow: false,
                client: root
            )
            // The first session on a CPU opens what all of them share.
            try backend.attach(request).detach()
            let charged = backend.descriptors(for: request)
            // Tests that run beside this one open and close descriptors of their own.
            for attempt in 1...50 {
                let before = ProcessDescriptors.open
                let session = try backend.attach(request)
                let held = ProcessDescriptors.open - before
                session.detach()
                if held == charged { return }
                #expect(attempt < 50, "\(held) descriptors are held, \(charged) are charged")
            }
        }
    }
}
