internal import PerfmonModel

/// An entry of the default format (`struct pfm_dfl_smpl_entry`); the values of the recorded
/// registers follow it.
package enum Entry {
    /// Bytes without values.
    static let size = 40

    /// Bytes of an entry with every implemented PMD.
    static func largest(for setting: FormatSetting) -> UInt64 {
        UInt64(size + 8 * setting.registerCount)
    }

    /// Writes all but the values of an entry.
    @inline(__always)
    static func store(
        _ overflow: borrowing Overflow,
        in buffer: SamplingBuffer,
        at offset: Int
    ) {
        // The field named pid holds the thread id, as the original assigned it.
        buffer.store(overflow.place.tid, at: offset)
        buffer.store(UInt16(truncatingIfNeeded: overflow.pmd), at: offset + 4)
        // Reserved in the original. What does not fit moves the value that the register began with,
        // so that the two always add up to the period.
        let late = storedLateness(of: overflow)
        buffer.store(late, at: offset + 6)
        buffer.store(UInt64(bitPattern: Int64(late)) &- overflow.period, at: offset + 8)
        buffer.store(overflow.place.ip, at: offset + 16)
        buffer.store(overflow.time, at: offset + 24)
        buffer.store(UInt16(truncatingIfNeeded: overflow.place.cpu), at: offset + 32)
        buffer.store(overflow.set, at: offset + 34)
        buffer.store(overflow.place.pid, at: offset + 36)
    }

    /// The lateness of an overflow, as far as an entry has room for it.
    @inline(__always)
    static func storedLateness(of overflow: borrowing Overflow) -> Int16 {
        Int16(clamping: overflow.late)
    }

    /// Writes values.
    ///
    /// - Returns: the offset behind them.
    @inline(__always)
    static func storeValues(
        _ values: Span<UInt64>,
        in buffer: SamplingBuffer,
        at offset: Int
    ) -> Int {
        var end = offset
        for index in values.indices {
            buffer.store(values[index], at: end)
            end += 8
        }
        return end
    }

    /// Reads all but the values of an entry.
    static func load(_ sample: inout Sample, from buffer: SamplingBuffer, at offset: Int) {
        sample.tid = buffer.load(Int32.self, at: offset)
        sample.pmd = Int(buffer.load(UInt16.self, at: offset + 4))
        sample.late = Int64(buffer.load(Int16.self, at: offset + 6))
        sample.lastReset = buffer.load(UInt64.self, at: offset + 8)
        sample.ip = buffer.load(UInt64.self, at: offset + 16)
        sample.time = buffer.load(UInt64.self, at: offset + 24)
        sample.cpu = Int(buffer.load(UInt16.self, at: offset + 32))
        sample.set = buffer.load(UInt16.self, at: offset + 34)
        sample.pid = buffer.load(Int32.self, at: offset + 36)
        sample.weight = 1
        sample.callChain.removeAll(keepingCapacity: true)
    }

    /// Reads the values of the sample's registers.
    ///
    /// - Returns: the offset behind them.
    static func loadValues(
        _ sample: inout Sample,
        from buffer: SamplingBuffer,
        at offset: Int
    ) -> Int {
        sample.values.removeAll(keepingCapacity: true)
        var end = offset
        for _ in sample.registers {
            sample.values.append(buffer.load(UInt64.self, at: end))
            end += 8
        }
        return end
    }
}
