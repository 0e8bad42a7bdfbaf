@testable import PerfmonEngine
@testable import PerfmonModel
import SystemPackage
import Testing

/// A format that the engine knows nothing of, written with what it makes public: counts the samples
/// of each CPU, in pairs if asked, and asks to be heard at every hundredth.
private final class TallyFormat: SamplingFormat {
    static let about = FormatDescription(
        name: "tally",
        major: 2,
        minor: 1,
        summary: "Counts the samples of each CPU.",
        arguments: [
            FormatArgument("cpus", .number, summary: "How many CPUs are counted."),
            FormatArgument("step", .number, defaultValue: 1, summary: "What one sample counts."),
        ],
        views: []
    )

    private let buffer: SamplingBuffer
    private let step: UInt64
    private let cpus: Int

    static func validate(
        _ arguments: FormatArguments,
        for setting: FormatSetting
    ) throws(PfmError) {
        guard arguments["cpus"] > 0 else {
            throw PfmError(.invalidArgument, "no CPU is none", subject: "cpus")
        }
    }

    static func bufferSize(_ arguments: FormatArguments, for setting: FormatSetting) -> UInt64 {
        8 * arguments["cpus"]
    }

    init(_ arguments: FormatArguments, buffer: SamplingBuffer, for setting: FormatSetting) {
        self.buffer = buffer
        step = arguments["step"]
        cpus = Int(arguments["cpus"])
    }

    func handle(_ overflow: borrowing Overflow, values: Span<UInt64>) -> HandlerAnswer {
        guard overflow.place.cpu < cpus else { return .stored }
        let place = 8 * overflow.place.cpu
        buffer.store(buffer.load(UInt64.self, at: place) + step, at: place)
        buffer.markChanged(place..<place + 8)
        return storedCount.isMultiple(of: 100) ? HandlerAnswer([.notify, .reset]) : .stored
    }

    var header: [(key: String, value: UInt64)] {
        (0..<cpus).map { ("cpu\($0)", buffer.load(UInt64.self, at: 8 * $0)) }
    }

    var storedCount: UInt64 { header.reduce(0) { $0 + $1.value } }
}

@Suite struct ForeignFormatTests {
    private func options() throws -> EngineOptions {
        var options = EngineOptions()
        try options.formats.register(TallyFormat.self)
        return options
    }

    @Test func isChosenByNameAndCounts() throws {
        let fixture = try SamplingFixture(
            ["cpus": 2, "step": 3],
            format: "tally",
            options: try options()
        )
        try fixture.start()
        fixture.pass(50_000)
        #expect(fixture.header("cpu0").map { $0 + (fixture.header("cpu1") ?? 0) } == 150)
        #expect(fixture.context.state == .loaded)
        #expect(fixture.context.takeMessage() == nil)
        fixture.pass(50_000)
        #expect(fixture.context.takeMessage() != nil)
        #expect(fixture.context.sampling?.about.major == 2)
    }

    @Test func itsArgumentsAreChecked() throws {
        #expect(throws: PfmError.self) {
            try SamplingFixture(["cpus": 0], format: "tally", options: try options())
        }
        #expect(throws: PfmError.self) {
            try SamplingFixture([:], format: "tally", options: try options())
        }
        #expect(throws: PfmError.self) {
            try SamplingFixture(["cpus": 1], format: "tally")
        }
    }

    @Test func namesAreUnique() throws {
        var formats = SamplingFormats.builtIn
        try formats.register(TallyFormat.self)
        #expect(formats.descriptions.map(\.name).last == "tally")
        let error = #expect(throws: PfmError.self) { try formats.register(TallyFormat.self) }
        #expect(error?.code == .resourceBusy)
    }
}
