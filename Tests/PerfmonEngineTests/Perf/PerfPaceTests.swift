import PerfmonModel
import Testing

@testable import PerfBackend
@testable import PerfmonEngine

/// A software event as the kernel runs it (perf_swevent_overflow and its neighbours).
private struct KernelEvent {
    var count: UInt64 = 0
    private var left: UInt64
    private var interval: UInt64
    private var period: UInt64

    init(period: UInt64) {
        self.period = period
        interval = period
        left = period
    }

    /// Takes a new period: at once if the event is halted, with a sample at the next event and the
    /// old interval behind it if it runs.
    mutating func set(_ new: UInt64, isRunning: Bool) {
        period = new
        left = isRunning ? 1 : new
        if !isRunning { interval = new }
    }

    /// Counts one event.
    ///
    /// - Returns: whether it writes a sample.
    mutating func happen() -> Bool {
        count += 1
        left -= 1
        guard left == 0 else { return false }
        left = interval
        interval = period
        return true
    }
}

/// The periods that a sampling event is told, on a model of the kernel.
@Suite struct PerfPaceTests {
    private func counter(
        _ distance: UInt64?,
        period: UInt64? = nil,
        _ shortest: UInt64,
        _ longest: UInt64,
        unit: UInt64
    ) -> CounterProgram {
        CounterProgram(
            pmd: 0,
            selection: Events.pageFaults,
            distance: distance,
            period: period,
            forecast: PeriodForecast(shortest: shortest, longest: longest, unit: unit)
        )
    }

    /// Runs an event, with new targets at its overflows.
    ///
    /// - Parameters:
    ///   - latency: events that pass between a sample and the reaction to it.
    ///   - next: the distance from an overflow to the next one; nil: the counter begins its period
    ///     anew by itself.
    /// - Returns: counts and lateness of the overflows, samples and calls to the running event.
    private func run(
        _ counter: CounterProgram,
        looks: Bool = true,
        events: UInt64,
        latency: Int,
        next: (() -> UInt64)?
    ) -> (overflows: [(count: UInt64, late: Int64)], samples: Int, calls: Int) {
        var pace = PerfPace(counter, .pipelined, unit: counter.forecast?.unit ?? 0, looks: looks)
        var event = KernelEvent(period: pace.initialPeriod)
        var aim = OverflowAim(
            OverflowTarget(count: counter.distance ?? 0, period: counter.period),
            at: 0
        )
        if let period = pace.prepare(at: 0, for: aim) { event.set(period, isRunning: false) }
        var overflows: [(count: UInt64, late: Int64)] = []
        var waiting: [(due: Int, sample: UInt64)] = []
        var samples = 0
        var calls = 0
        for step in 0..<Int(events) {
            if event.happen() {
                samples += 1
                waiting.append((step + latency, event.count))
            }
            var isUnsteered = false
            while let first = waiting.first, first.due <= step {
                waiting.removeFirst()
                if aim.isReached(at: first.sample) {
                    overflows.append((first.sample, aim.pass(at: first.sample).late))
                    if let next {
                        aim = OverflowAim(
                            OverflowTarget(count: first.sample + next()),
                            at: first.sample
                        )
                        isUnsteered = true
                    } else {
                        isUnsteered = isUnsteered || !pace.keepsPace(with: aim)
                    }
                }
                if let period = pace.sampled(at: first.sample, isOwn: true) {
                    event.set(period, isRunning: true)
                    calls += 1
                }
            }
            if isUnsteered, let period = pace.steer(at: event.count, for: aim) {
                event.set(period, isRunning: true)
                calls += 1
            }
        }
        return (overflows, samples, calls)
    }

    @Test("the model of the kernel behaves as the kernel was measured to")
    func kernel() {
        var event = KernelEvent(period: 100)
        var samples: [UInt64] = []
        for count in 1...300 as ClosedRange<UInt64> {
            if count == 151 { event.set(30, isRunning: true) }
            if event.happen() { samples.append(count) }
        }
        #expect(samples == [100, 151, 251, 281])
    }

    @Test("a steady period is never touched")
    func steady() {
        let result = run(
            counter(100, period: 100, 100, 100, unit: 100),
            events: 1000,
            latency: 40,
            next: nil
        )
        #expect(result.overflows.map(\.count) == (1...9).map { $0 * 100 })
        #expect(result.samples == 10)
        #expect(result.calls == 0)
    }

    @Test("another first period is exact where the two have a common divisor")
    func firstPeriod() {
        let result = run(
            counter(50, period: 1000, 50, 1000, unit: 50),
            events: 5100,
            latency: 10,
            next: nil
        )
        #expect(result.overflows.map(\.count) == [50, 1050, 2050, 3050, 4050, 5050])
        #expect(result.calls == 0)
    }

    @Test("another first period without one is followed by one long period")
    func firstPeriodWithoutDivisor() {
        let result = run(
            counter(101, period: 10_007, 101, 10_007, unit: 1),
            events: 60_000,
            latency: 10,
            next: nil
        )
        let counts = result.overflows.map(\.count)
        #expect(counts.first == 101)
        #expect(counts.count == 6)
        let periods = zip(counts.dropFirst(), counts).map(-)
        #expect(periods[0] >= 10_007 && periods[0] < 10_007 + 60)
        #expect(periods.dropFirst().allSatisfy { $0 == 10_007 })
    }

    @Test("short random periods are looked for, without a call", arguments: [0, 5, 60])
    func shortRandom(latency: Int) {
        var generator = CountingGenerator()
        let result = run(
            counter(100, 100, 115, unit: 1),
            events: 20_000,
            latency: latency,
            next: { 100 + generator.next() % 16 }
        )
        #expect(result.overflows.count > 170)
        #expect(result.overflows.allSatisfy { (0..<4).contains($0.late) })
        #expect(result.calls == 0)
    }

    @Test("long random periods are aimed at", arguments: [0, 3, 15])
    func longRandom(latency: Int) {
        var generator = CountingGenerator()
        let result = run(
            counter(5000, 5000, 5255, unit: 1),
            events: 600_000,
            latency: latency,
            next: { 5000 + generator.next() % 256 }
        )
        #expect(result.overflows.count > 110)
        let late = result.overflows.dropFirst(3).map(\.late)
        #expect(late.allSatisfy { (0..<8).contains($0) }, "\(late.max() ?? -1)")
        // No more than two calls, two markers and some looks for each.
        #expect(result.calls <= 2 * result.overflows.count)
        #expect(result.samples <= 40 * result.overflows.count)
    }

    @Test("an event that is not aimed at writes no sample")
    func idle() {
        var pace = PerfPace(
            CounterProgram(pmd: 0, selection: Events.pageFaults),
            .pipelined,
            unit: 0,
            looks: false
        )
        #expect(pace.initialPeriod == PerfPace.idle)
        #expect(pace.prepare(at: 0, for: nil) == nil)
        #expect(pace.steer(at: 100, for: nil) == nil)
        let aim = OverflowAim(OverflowTarget(count: 300), at: 100)
        #expect(pace.prepare(at: 100, for: aim) == 200)
        #expect(pace.prepare(at: 100, for: aim) == nil)
    }

    @Test("hardware takes its period at once, a clock none that is too short")
    func direct() {
        var pace = PerfPace(
            counter(1000, 100, 1000, unit: 1),
            .direct,
            unit: 1,
            looks: true,
            minimum: 50
        )
        #expect(
            pace.steer(at: 1000, for: OverflowAim(OverflowTarget(count: 1300), at: 1000)) == 300
        )
        #expect(pace.steer(at: 1300, for: OverflowAim(OverflowTarget(count: 1290), at: 1300)) == 50)
    }
}

/// Which events a group has, and in which order.
@Suite struct PerfLayoutTests {
    private func program(_ id: UInt16, _ counters: (EventSelection, UInt64?)...) -> SetProgram {
        SetProgram(
            id: id,
            counters: counters.enumerated().map { index, counter in
                var program = CounterProgram(pmd: index, selection: counter.0)
                if let events = counter.1 { program.overflow(every: events) }
                return program
            }
        )
    }

    @Test func aLoneCounterSamplesItself() {
        let layout = PerfLayout([
            program(0, (Events.pageFaults, 100), (Events.minorFaults, nil), (Events.taskClock, nil))
        ])
        #expect(layout.members.map(\.cell) == [0, 1, 2])
        #expect(layout.members.map(\.counts) == [true, true, true])
        #expect(layout.members.map(\.samples) == [true, true, false])
    }

    @Test func whatSamplesOneOfTwoComesFirst() {
        let layout = PerfLayout([
            program(0, (Events.minorFaults, nil), (Events.pageFaults, nil), (Events.pageFaults, 70))
        ])
        #expect(layout.members.map(\.cell) == [2, 0, 1])
        #expect(layout.cells[2].counting == 1)
        #expect(layout.cells[2].sampling == 1)
        #expect(layout.cells[1].sampling == nil)
        #expect(layout.cells[1].twins == [2])
    }

    @Test func twoThatOverflowAreSampledApartFromTheirCounters() {
        let layout = PerfLayout([
            program(0, (Events.pageFaults, 30), (Events.pageFaults, 70))
        ])
        #expect(layout.members.map(\.cell) == [0, 1, 0, 1])
        #expect(layout.members.map(\.counts) == [false, false, true, true])
        #expect(layout.members.map(\.samples) == [true, true, false, false])
    }

    @Test func modesDoNotMakeAnotherEvent() {
        let layout = PerfLayout([
            program(0, (Events.pageFaults, nil), (Events.software(2, kernel: false), 70))
        ])
        #expect(layout.members.map(\.cell) == [1, 0])
    }

    @Test func breakpointsAreServedTheOtherWayRound() {
        let cell = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        defer { cell.deallocate() }
        let event = Events.writes(to: cell)
        let layout = PerfLayout([program(0, (event, 30), (event, nil))])
        #expect(layout.members.map(\.cell) == [1, 0])
    }

    @Test func setsInOneGroupAreCellsOfIt() {
        let layout = PerfLayout([
            program(3, (Events.pageFaults, 100)),
            program(9, (Events.minorFaults, 100), (Events.pageFaults, 100)),
        ])
        #expect(layout.ranges == [0..<1, 1..<3])
        #expect(layout.cells.map(\.set) == [0, 1, 1])
        #expect(layout.cells.map(\.twins) == [[2], [], [0]])
    }
}
