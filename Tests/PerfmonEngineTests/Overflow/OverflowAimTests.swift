import Testing

@testable import PerfmonEngine

/// Overflows decided by counts: samples are fed by hand.
@Suite struct OverflowAimTests {
    /// The looks at which a counter overflows, with the true period and the lateness of each.
    private func passages(
        _ aim: OverflowAim,
        at looks: [UInt64],
        next: (UInt64) -> OverflowTarget? = { _ in nil }
    ) -> [[Int64]] {
        var aim = aim
        var result: [[Int64]] = []
        for look in looks where aim.isReached(at: look) {
            let passage = aim.pass(at: look)
            result.append([Int64(bitPattern: look), Int64(passage.period), passage.late])
            if let target = next(look) { aim = OverflowAim(target, at: look) }
        }
        return result
    }

    @Test func earlyLooksMeanNothing() {
        let aim = OverflowAim(OverflowTarget(count: 100), at: 0)
        #expect(passages(aim, at: [1, 40, 99, 100, 101, 500]) == [[100, 100, 0]])
    }

    @Test func aLateLookMakesTheTruePeriodLonger() {
        let aim = OverflowAim(OverflowTarget(count: 100), at: 0)
        #expect(passages(aim, at: [98, 103, 104]) == [[103, 103, 3]])
    }

    @Test func aPeriodBeginsAnewWhereTheOverflowWasSeen() {
        let aim = OverflowAim(OverflowTarget(count: 50, period: 100), at: 0)
        #expect(
            passages(aim, at: [50, 100, 149, 150, 200, 253, 300, 352, 353])
                == [[50, 50, 0], [150, 100, 0], [253, 103, 3], [353, 100, 0]]
        )
    }

    @Test func truePeriodsAddUpToTheCount() {
        var generator = CountingGenerator()
        let looks = stride(from: UInt64(0), through: 10_000, by: 7).map { $0 }
        let found = passages(
            OverflowAim(OverflowTarget(count: 100), at: 0),
            at: looks,
            next: { OverflowTarget(count: $0 + 100 + generator.next() % 16) }
        )
        #expect(found.count > 80)
        #expect(found.reduce(0) { $0 + $1[1] } == found.last?[0])
        #expect(found.allSatisfy { (0..<7).contains($0[2]) })
    }

    @Test func hardwareTellsAFewEventsEarly() {
        var aim = OverflowAim(OverflowTarget(count: 1000, period: 1000), at: 0)
        #expect(!aim.isReachedInHardware(at: 400))
        #expect(aim.isReachedInHardware(at: 997))
        #expect(aim.pass(at: 997) == .init(period: 997, late: -3))
        #expect(aim.wanted == 1997)
        let oneShot = OverflowAim(OverflowTarget(count: 1000), at: 0)
        #expect(!oneShot.isReachedInHardware(at: 997))
    }

    @Test func countsWrapAround() {
        let start = UInt64.max - 10
        let aim = OverflowAim(OverflowTarget(count: start &+ 30), at: start)
        #expect(!aim.isReached(at: start))
        #expect(!aim.isReached(at: start &+ 29))
        #expect(aim.isReached(at: start &+ 30))
        #expect(aim.isReached(at: start &+ 31))
    }
}

/// Values over raw counts that are told in any order.
@Suite struct VirtualCountTests {
    @Test func anOlderCountMovesTheValueBack() {
        var count = VirtualCount()
        count.value = 10
        #expect(count.take(raw: 7) == 10)
        #expect(count.value == 17)
        #expect(count.take(raw: 5) == 17)
        #expect(count.value == 15)
        #expect(count.counted == 5)
        #expect(count.take(raw: 5) == nil)
    }

    @Test func aWriteIsNotUndoneByWhatHappenedBefore() {
        var count = VirtualCount()
        _ = count.take(raw: 100)
        count.value = 1000
        count.counted = 0
        count.seal()
        _ = count.take(raw: 90)
        #expect(count.value == 1000)
        #expect(count.counted == 0)
        _ = count.take(raw: 103)
        #expect(count.value == 1003)
        #expect(count.counted == 3)
    }

    @Test func aSkipForgetsWhatWasCounted() {
        var count = VirtualCount()
        _ = count.take(raw: 10)
        count.skip(to: 50)
        #expect(count.take(raw: 50) == nil)
        _ = count.take(raw: 53)
        #expect(count.value == 13)
    }
}
