import Glibc
@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import Testing

/// Random command lists, run beside a small model that was written from the specification.
///
/// `PFMFS_MODEL_RUNS=20000` makes a longer run, `PFMFS_MODEL_SEED=N` starts it at another seed
/// (with `PFMFS_MODEL_RUNS=1` it repeats the list of that seed alone), and `PFMFS_MODEL_STEPS=N`
/// makes the lists longer. A difference is reported with its seed and the shortest list that
/// still shows it.
@Suite struct ReferenceTests {
    private static func setting(_ name: String, _ standard: UInt64) -> UInt64 {
        getenv(name).flatMap { UInt64(String(cString: $0)) } ?? standard
    }

    @Test func engineDoesWhatTheModelDoes() throws {
        let runs = Self.setting("PFMFS_MODEL_RUNS", 80)
        let statistics = try compare(isLate: false, runs: runs)
        // A run in which little happens would prove little.
        for path in [
            \.overflowsProcessed, \.overflowsNotified, \.setSwitches, \.timeoutsHandled,
            \.registerResets, \.restarts, \.formatCalls,
        ] as [KeyPath<CPUStatistics, UInt64>] where runs >= 80 {
            #expect(statistics.reduce(0) { $0 + $1[keyPath: path] } > runs / 2)
        }
    }

    /// Without switches between sets nothing is lost by handling an overflow late: perfmon2 would
    /// have stopped at it.
    @Test func latenessChangesNothing() throws {
        let runs = max(1, Self.setting("PFMFS_MODEL_RUNS", 80) / 2)
        let statistics = try compare(isLate: true, runs: runs)
        if runs >= 40 { #expect(statistics.reduce(0) { $0 + $1.overflowsNotified } > runs / 2) }
    }

    /// - Returns: what happened in all runs.
    private func compare(isLate: Bool, runs: UInt64) throws -> [CPUStatistics] {
        let first = Self.setting("PFMFS_MODEL_SEED", 1)
        let count = Self.setting("PFMFS_MODEL_STEPS", 120)
        var statistics: [CPUStatistics] = []
        for seed in first..<first + runs {
            var generator = ReferenceGenerator(seed: seed, switches: !isLate)
            let steps = generator.steps(Int(count))
            var pair = try ReferencePair(seed: seed, isLate: isLate)
            let isDifferent = try pair.difference(steps) != nil
            statistics += pair.statistics
            guard isDifferent else { continue }
            func difference(_ steps: [ReferenceStep]) throws -> String? {
                var pair = try ReferencePair(seed: seed, isLate: isLate)
                return try pair.difference(steps)
            }
            let shortest = try Self.shortened(steps) { try difference($0) != nil }
            let found = try difference(shortest) ?? "nothing any more"
            let list = shortest.map { "  \($0)" }.joined(separator: "\n")
            Issue.record("seed \(seed), \(found)\n\(list)")
            break
        }
        return statistics
    }

    /// Drops steps, in ever smaller pieces, and shortens times as long as a difference remains.
    private static func shortened(
        _ steps: [ReferenceStep],
        isDifferent: ([ReferenceStep]) throws -> Bool
    ) throws -> [ReferenceStep] {
        var steps = steps
        var piece = steps.count / 2
        while piece > 0 {
            var start = 0
            var hasDropped = false
            while start < steps.count {
                var fewer = steps
                fewer.removeSubrange(start..<min(start + piece, steps.count))
                if try isDifferent(fewer) {
                    steps = fewer
                    hasDropped = true
                } else {
                    start += piece
                }
            }
            if !hasDropped || piece > 1 { piece /= 2 }
        }
        for index in steps.indices {
            while case .pass(let duration) = steps[index].command, duration > 1 {
                var shorter = steps
                shorter[index].command = .pass(duration / 2)
                guard try isDifferent(shorter) else { break }
                steps = shorter
            }
        }
        return steps
    }
}
