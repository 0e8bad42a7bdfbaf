internal import PerfmonModel
internal import SystemPackage

/// What a context has once a sampling format is chosen: the format at work, its buffer, and how
/// many samples got lost.
package final class Sampling {
    /// What the format is called and takes.
    package let about: FormatDescription
    package let arguments: FormatArguments
    package let format: any SamplingFormat
    /// Empty for a format that keeps nothing.
    package let buffer: SamplingBuffer
    /// Overflows that were handed to the format since the load.
    package internal(set) var taken: UInt64 = 0
    /// Overflows that never came here: the kernel had no room for them, or a register passed its
    /// next overflow before it could be reset.
    package internal(set) var lost: UInt64 = 0
    /// Overflows that came while monitoring was masked or halted.
    package internal(set) var droppedWhenMasked: UInt64 = 0
    /// Times that the kernel slowed the sampling down.
    package internal(set) var throttled: UInt64 = 0
    /// The events that are sampled, as of the last load.
    package internal(set) var events: [SampledEvent] = []
    /// What the sampled processes are called and map; nil when nobody could ask for it.
    package let processes: ProcessHistory?
    /// Those who read or map the buffer: its memory stays for them, whatever becomes of the context.
    var holders = 0
    /// The context has no use for it any more.
    var isDropped = false
    /// A sample was stored since the observer was last told.
    var hasNews = false
    let charge: BufferMemory.Charge
    /// Room for the values of one sample.
    let values: UnsafeMutablePointer<UInt64>

    init(
        _ type: any SamplingFormat.Type,
        _ arguments: FormatArguments,
        buffer: SamplingBuffer,
        charge: BufferMemory.Charge,
        for setting: FormatSetting
    ) {
        about = type.about
        self.arguments = arguments
        self.buffer = buffer
        self.charge = charge
        processes = type.about.views.contains(.profile) ? ProcessHistory() : nil
        format = type.init(arguments, buffer: buffer, for: setting)
        values = .allocate(capacity: RegisterLimits.count)
    }

    deinit {
        values.deallocate()
    }
}
