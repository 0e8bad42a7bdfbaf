internal import LinuxSupport
package import PerfmonModel

/// A stored sample, whatever format stored it.
package struct Sample: Sendable, Equatable {
    /// When it was taken, in nanoseconds of the backend's clock; 0 when it stands for several.
    package var time: UInt64 = 0
    /// Process id (thread group).
    package var pid: Int32 = 0
    /// Thread id.
    package var tid: Int32 = 0
    package var cpu: Int = 0
    /// Interrupted instruction.
    package var ip: UInt64 = 0
    package var set: UInt16 = 0
    /// The PMD that overflowed.
    package var pmd: Int = 0
    /// The value that the PMD was started from: minus the number of events since.
    package var lastReset: UInt64 = 0
    /// The opaque number given with the PMD (`reg_smpl_eventid`).
    package var eventID: UInt64 = 0
    /// The PMDs whose values were recorded.
    package var registers: RegisterSet = []
    /// Their values in ascending order of their numbers.
    package var values: [UInt64] = []
    /// Return addresses behind `ip`, innermost first; empty unless the format records them.
    package var callChain: [UInt64] = []
    /// Samples that this one stands for.
    package var weight: UInt64 = 1

    package init() {}

    /// Events between the start of the register and its overflow.
    package var period: UInt64 { 0 &- lastReset }
}

/// How far a reader has come in the stored samples of a format.
package struct SampleCursor: Sendable, Equatable {
    /// The format's `epoch` in which the reader is.
    package var epoch: UInt64
    /// Where the next sample begins; the format alone knows what that means.
    package var offset: UInt64

    /// Before the first sample that is stored.
    package init(epoch: UInt64 = 0, offset: UInt64 = 0) {
        self.epoch = epoch
        self.offset = offset
    }
}

/// A sample as a line of text.
package enum SampleLine {
    /// Appends `time=NS pid=N tid=N cpu=N ip=0xN set=N pmd=N last_reset=N [pmdN=N ...]
    /// [chain=0xN,0xN ...] [eventid=N]` and a newline; an event id of 0 is left out.
    package static func append(_ sample: Sample, to text: inout [UInt8]) {
        append(" time=", decimal: sample.time, to: &text, isFirst: true)
        append(" pid=", signed: sample.pid, to: &text)
        append(" tid=", signed: sample.tid, to: &text)
        append(" cpu=", decimal: UInt64(truncatingIfNeeded: sample.cpu), to: &text)
        append(" ip=0x", hex: sample.ip, to: &text)
        append(" set=", decimal: UInt64(sample.set), to: &text)
        append(" pmd=", decimal: UInt64(truncatingIfNeeded: sample.pmd), to: &text)
        append(" last_reset=", decimal: sample.lastReset, to: &text)
        for (register, value) in zip(sample.registers, sample.values) {
            append(" pmd", decimal: UInt64(truncatingIfNeeded: register), to: &text)
            append("=", decimal: value, to: &text)
        }
        for (index, address) in sample.callChain.enumerated() {
            append(index == 0 ? " chain=0x" : ",0x", hex: address, to: &text)
        }
        if sample.eventID != 0 { append(" eventid=", decimal: sample.eventID, to: &text) }
        text.append(UInt8(ascii: "\n"))
    }

    private static func append(
        _ label: StaticString,
        decimal number: UInt64,
        to text: inout [UInt8],
        isFirst: Bool = false
    ) {
        label.withUTF8Buffer { text.append(contentsOf: $0.dropFirst(isFirst ? 1 : 0)) }
        text.append(decimal: number)
    }

    private static func append(
        _ label: StaticString,
        signed number: Int32,
        to text: inout [UInt8]
    ) {
        append(label, decimal: UInt64(truncatingIfNeeded: max(number, 0)), to: &text)
    }

    private static func append(
        _ label: StaticString,
        hex number: UInt64,
        to text: inout [UInt8]
    ) {
        label.withUTF8Buffer { text.append(contentsOf: $0) }
        text.append(hex: number)
    }
}
