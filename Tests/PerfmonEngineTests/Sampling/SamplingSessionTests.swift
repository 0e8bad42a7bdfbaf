@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// What a sampling format changes for a context (specification 6.3 E to G, 6.6 and 8.3).
@Suite struct SamplingSessionTests {
    @Test func formatsAreChosenByName() throws {
        let fixture = try EngineFixture()
        let context = try fixture.context(events: ["cycles"])
        for arguments: [String: UInt64] in [[:], ["buf_size": 4096, "size": 1]] {
            #expect(
                refusal { () throws(PfmError) in
                    try context.setFormat("default", arguments, by: fixture.root)
                } == .invalidArgument
            )
        }
        #expect(
            refusal { () throws(PfmError) in
                try context.setFormat("pebs64", ["buf_size": 4096], by: fixture.root)
            } == .invalidArgument
        )
        try context.setFormat("default", ["buf_size": 4096], by: fixture.root)
        #expect(context.sampling?.about.name == "default")
        try context.setFormat(nil, by: fixture.root)
        #expect(context.sampling == nil)
    }

    @Test func loadedContextsKeepTheirFormat() throws {
        let fixture = try SamplingFixture()
        try fixture.start()
        #expect(
            refusal { () throws(PfmError) in
                try fixture.context.setFormat(nil, by: fixture.base.root)
            } == .resourceBusy
        )
    }

    @Test func noMessageBeforeTheBufferIsFull() throws {
        let fixture = try SamplingFixture(["buf_size": 128 + 96 + 3 * 40])
        try fixture.start()
        for count in 1...3 {
            fixture.pass(1000)
            #expect(fixture.samples.count == count)
            #expect(fixture.context.messages.isEmpty)
            #expect(fixture.context.state == .loaded)
        }
        fixture.pass(1000)
        #expect(fixture.context.state == .masked)
        #expect(fixture.context.messages.all.count == 1)
    }

    @Test func fullBufferWithoutNotificationSaturatesSilently() throws {
        let fixture = try SamplingFixture(["buf_size": 224], flags: [])
        try fixture.start()
        fixture.pass(10_000)
        #expect(fixture.context.state == .masked)
        #expect(fixture.context.messages.isEmpty)
        #expect(fixture.samples.count == 1)
        try fixture.context.restart()
        fixture.pass(1000)
        #expect(fixture.samples.map(\.time) == [11_000])
    }

    @Test func samplesAndRemainderAreAllEvents() throws {
        let fixture = try SamplingFixture(

            ["buf_size": 1 << 20],
            period: 997,
            options: unlimitedOptions()
        )
        try fixture.start()
        fixture.pass(1_000_003)
        try fixture.context.stop()
        let counter = try fixture.context.readPmd(0, set: 0)
        #expect(fixture.samples.count == 1_000_003 / 997)
        #expect(counter.counted == 1_000_003)
        #expect(counter.value == period(997 - 1_000_003 % 997))
        #expect(fixture.context.sampling?.droppedWhenMasked == 0)
        #expect(fixture.context.sampling?.lost == 0)
    }

    @Test func shortResetsFollowSamplesAndLongOnesRestarts() throws {
        let fixture = try SamplingFixture(["buf_size": 128 + 96 + 2 * 40])
        try fixture.base.write(fixture.context, pmd: 0) {
            $0.shortReset = period(100)
            $0.longReset = period(500)
        }
        try fixture.start()
        fixture.pass(1200)
        #expect(fixture.samples.map(\.time) == [1000, 1100, 1200])
        #expect(fixture.samples.map(\.period) == [1000, 100, 100])
        #expect(fixture.context.state == .masked)
        try fixture.context.restart()
        fixture.pass(600)
        #expect(fixture.samples.map(\.time) == [1700, 1800])
        #expect(fixture.samples.map(\.period) == [500, 100])
    }

    @Test func randomResetsAreRecorded() throws {
        let fixture = try SamplingFixture(

            ["buf_size": 1 << 16],
            flags: [.overflowNotify, .random]
        )
        try fixture.base.write(fixture.context, pmd: 0) { $0.randomMask = 0xf }
        try fixture.start()
        fixture.pass(20_000)
        let samples = fixture.samples
        #expect(samples.count > 15)
        for (index, sample) in samples.enumerated() {
            // The fixture's random numbers are 1, 2, 3, ...
            #expect(sample.period == 1000 + UInt64(index) & 0xf)
        }
        let times = samples.map(\.time)
        for (earlier, later) in zip(samples, times.dropFirst()).enumerated().map(\.element) {
            #expect(later > earlier.time)
        }
        #expect(times.last == samples.reduce(0) { $0 + $1.period })
    }

    @Test func vectorResetsHappenWithoutMasking() throws {
        let fixture = try SamplingFixture(sampled: [1])
        try fixture.base.write(fixture.context, pmd: 0) { $0.resetPmds = [1] }
        try fixture.base.write(fixture.context, pmd: 1) { $0.shortReset = 7 }
        try fixture.start()
        fixture.pass(3500)
        #expect(fixture.samples.map(\.values) == [[800], [807], [807]])
        #expect(try fixture.context.readPmd(1, set: 0).value == 407)
    }

    @Test func setsAreLeftByOverflowsThatAreSampled() throws {
        let fixture = try SamplingFixture(flags: [])
        let context = fixture.context
        try context.setEvents(["ref-cycles"], set: 1)
        try context.changeSet(0, SetSettings(flags: .overflowSwitch))
        try context.changeSet(1, SetSettings(flags: .overflowSwitch))
        try fixture.base.write(context, pmd: 0) { $0.switchCount = 2 }
        try fixture.base.write(context, pmd: 0, set: 1) {
            $0.value = period(50)
            $0.shortReset = period(50)
            $0.switchCount = 1
        }
        try fixture.start()
        fixture.pass(5000)
        #expect(
            fixture.samples.map { [UInt64($0.set), $0.time] } == [
                [0, 1000], [0, 2000], [1, 2500], [0, 3500], [0, 4500], [1, 5000],
            ]
        )
        #expect(context.state == .loaded)
    }

    @Test func aSwitchThatAFullBufferPutOffHappensAtRestart() throws {
        let fixture = try SamplingFixture(["buf_size": 224], flags: [])
        let context = fixture.context
        try context.setEvents(["ref-cycles"], set: 1)
        try context.changeSet(0, SetSettings(flags: .overflowSwitch))
        try fixture.base.write(context, pmd: 0) { $0.switchCount = 1 }
        try fixture.start()
        fixture.pass(1000)
        #expect(context.state == .masked)
        #expect(context.activeSetID == 0)
        try context.restart()
        #expect(context.activeSetID == 1)
    }

    @Test func handlerCallsAndFullBuffersAreCounted() throws {
        let fixture = try SamplingFixture(["buf_size": 128 + 96 + 4 * 40])
        try fixture.start()
        fixture.pass(7000)
        let statistics = fixture.base.engine.statistics[0]
        #expect(statistics.formatCalls == 5)
        #expect(statistics.buffersFilled == 1)
        #expect(statistics.overflowsProcessed == 5)
    }

    @Test func samplesSurviveTheEndOfTheThread() throws {
        let fixture = try SamplingFixture()
        try fixture.start()
        fixture.pass(5500)
        fixture.base.threads.end(7)
        fixture.pass(1)
        #expect(fixture.context.state == .unloaded)
        #expect(fixture.samples.count == 5)
    }

    @Test func readersAreToldOncePerDrainAndBeforeSamplesGo() throws {
        let fixture = try SamplingFixture(["buf_size": 128 + 96 + 9 * 40])
        let observer = RecordingObserver()
        fixture.base.engine.observer = observer
        try fixture.start()
        observer.calls = []
        fixture.pass(20_000)
        #expect(observer.calls.filter { $0 == "arrived" }.count == 1)
        observer.calls = []
        observer.onGo = { fixture.samples.count }
        try fixture.context.restart()
        #expect(observer.calls.first == "go 10")
    }
}

/// Writes down what the engine tells.
private final class RecordingObserver: EngineObserver {
    var calls: [String] = []
    var onGo: () -> Int = { 0 }

    func messagesArrived(in context: Context) {}
    func stateChanged(of context: Context) {}
    func setRemoved(_ id: UInt16, from context: Context) {}
    func removed(_ context: Context) {}
    func formatChanged(of context: Context) { calls.append("format") }
    func samplesArrived(in context: Context) { calls.append("arrived") }
    func samplesWillGo(in context: Context) { calls.append("go \(onGo())") }
}
