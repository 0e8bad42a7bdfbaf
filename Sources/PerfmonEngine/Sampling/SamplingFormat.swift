package import PerfmonModel

/// A way to record samples (`struct pfm_smpl_fmt`): what happens to a register that overflowed.
///
/// A new format is one file with one type, and one row in `SamplingFormats`. The engine calls it
/// under its lock; none of these may wait.
package protocol SamplingFormat: AnyObject, SendableMetatype {
    /// Name, version and arguments, as `formats/NAME/` shows them.
    static var about: FormatDescription { get }

    /// Checks the arguments (`fmt_validate`). Those without a value have their default already.
    ///
    /// - Throws: EINVAL with the argument at fault.
    static func validate(
        _ arguments: FormatArguments,
        for setting: FormatSetting
    ) throws(PfmError)

    /// Bytes of buffer that the format needs (`fmt_getsize`); 0: it keeps nothing that could be
    /// read or mapped.
    static func bufferSize(_ arguments: FormatArguments, for setting: FormatSetting) -> UInt64

    /// Begins to use a buffer of zeros (`fmt_init`).
    ///
    /// - Parameter buffer: empty when `bufferSize` said 0.
    init(_ arguments: FormatArguments, buffer: SamplingBuffer, for setting: FormatSetting)

    /// Takes one overflowed register in (`fmt_handler`).
    ///
    /// - Parameter values: the registers of `overflow.sampled` at the overflow, in ascending order.
    func handle(_ overflow: borrowing Overflow, values: Span<UInt64>) -> HandlerAnswer

    /// Told that the user restarts monitoring (`fmt_restart`).
    ///
    /// - Parameters:
    ///   - isActive: monitoring was not masked.
    ///   - control: `.reset` in it gives the registers of the last overflow their long resets.
    /// - Returns: false to leave everything as it is: nothing is reset or unmasked.
    func restart(isActive: Bool, control: inout OverflowControl) -> Bool

    /// Told that the context is done with the format (`fmt_exit`). The buffer is freed afterwards.
    func exit()

    /// What the format knows about its buffer, in the order of the buffer's header.
    var header: [(key: String, value: UInt64)] { get }

    /// Samples that are stored now.
    var storedCount: UInt64 { get }

    /// Counts the times that the stored samples were dropped as a whole.
    var epoch: UInt64 { get }

    /// Takes the sample behind a cursor, and moves the cursor behind it.
    ///
    /// - Returns: false when there is none, and for formats that keep no samples.
    func next(_ cursor: inout SampleCursor, _ sample: inout Sample) -> Bool

    /// Bytes of all lines, where the format knows them without making them.
    var linesLength: UInt64? { get }

    /// Appends lines of text behind a cursor, one for each sample, until about `wanted` bytes were
    /// added or there are no more.
    func appendLines(_ cursor: inout SampleCursor, wanted: Int, to text: inout [UInt8])
}

extension SamplingFormat {
    package static func validate(
        _ arguments: FormatArguments,
        for setting: FormatSetting
    ) throws(PfmError) {}

    package func restart(isActive: Bool, control: inout OverflowControl) -> Bool { true }

    package func exit() {}

    package var epoch: UInt64 { 0 }

    package var linesLength: UInt64? { nil }

    package func next(_ cursor: inout SampleCursor, _ sample: inout Sample) -> Bool { false }

    package func appendLines(_ cursor: inout SampleCursor, wanted: Int, to text: inout [UInt8]) {
        var sample = Sample()
        let start = text.count
        while text.count - start < wanted, next(&cursor, &sample) {
            SampleLine.append(sample, to: &text)
        }
    }
}

/// What a format is called and what it takes.
package struct FormatDescription: Sendable {
    /// What the stored samples can be turned into.
    package struct Views: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// Samples come one by one, each behind those before it, so that a reader can wait for
        /// the next (`samples_pipe`).
        package static let stream = Views(rawValue: 1)
        /// Samples can be handed to profilers (`perf.data`, `folded`).
        package static let profile = Views(rawValue: 2)
    }

    package let name: String
    package let major: UInt16
    package let minor: UInt16
    /// One sentence.
    package let summary: String
    package let arguments: [FormatArgument]
    package let views: Views
    /// The format stores call chains, so the backend is asked for them.
    package let wantsCallChains: Bool

    package init(
        name: String,
        major: UInt16 = 1,
        minor: UInt16 = 0,
        summary: String,
        arguments: [FormatArgument],
        views: Views,
        wantsCallChains: Bool = false
    ) {
        self.name = name
        self.major = major
        self.minor = minor
        self.summary = summary
        self.arguments = arguments
        self.views = views
        self.wantsCallChains = wantsCallChains
    }
}

/// What a format is chosen for.
package struct FormatSetting: Sendable {
    package let flags: ContextFlags
    package let pmu: PmuDescription

    package init(flags: ContextFlags, pmu: PmuDescription) {
        self.flags = flags
        self.pmu = pmu
    }

    /// PMDs that the PMU implements: the most values that a sample can hold.
    package var registerCount: Int { pmu.pmds.count }
}
