import Glibc
import Testing

@testable import PerfmonEngine

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
        try compare(isLate: false, share: 1)
    }

    /// Without switches between sets nothing is lost by handling an overflow late: perfmon2 would
    /// have stopped at it.
    @Test func latenessChangesNothing() throws {
        try compare(isLate: true, share: 2)
    }

    /// - Parameter share: part of the runs that were asked for.
    private func compare(isLate: Bool, share: UInt64) throws {
        let runs = max(1, Self.setting("PFMFS_MODEL_RUNS", 120) / share)
        let first = Self.setting("PFMFS_MODEL_SEED", 1)
        let count = Self.setting("PFMFS_MODEL_STEPS", 120)
        for seed in first..<first + runs {
            var generator = ReferenceGenerator(seed: seed, switches: !isLate)
            let steps = generator.steps(Int(count))
            func difference(_ steps: [ReferenceStep]) throws -> String? {
                try ReferencePair.difference(seed: seed, isLate: isLate, steps)
            }
            guard try difference(steps) != nil else { continue }
            let shortest = try Self.shortened(steps) { try difference($0) != nil }
            let found = try difference(shortest) ?? "nothing any more"
            let list = shortest.map { "  \($0)" }.joined(separator: "\n")
            Issue.record("seed \(seed), \(found)\n\(list)")
            return
        }
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
