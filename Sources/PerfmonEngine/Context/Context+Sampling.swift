internal import LinuxSupport
internal import PerfmonModel
internal import SystemPackage

/// Sampling formats: choosing one, and what they do at overflows and restarts.
extension Context {
    /// Chooses the sampling format (`fmt_name` and `fmt_arg` of `pfm_create_context`), or none.
    ///
    /// - Effect: the samples of the format before are dropped. All or nothing.
    /// - Throws: EINVAL for an unknown format or argument, or when the format refuses an argument;
    ///   ENOMEM when the buffer is more than the limits allow.
    func chooseFormat(_ choice: FormatChoice?, by client: Client) throws(PfmError) {
        guard let choice else { return dropSampling() }
        let type = try engine.options.formats.format(named: choice.name)
        try engine.backend.require(type.about)
        let arguments = try FormatArguments(choice.arguments, of: type.about)
        let setting = FormatSetting(flags: flags, pmu: pmu)
        try type.validate(arguments, for: setting)
        let asked = type.bufferSize(arguments, for: setting)
        let charge = try engine.reserveBuffer(
            SamplingBuffer.wholePages(asked),
            for: client,
            replacing: sampling
        )
        let buffer: SamplingBuffer
        do throws(PfmError) {
            buffer = try SamplingBuffer(size: charge.size)
        } catch {
            engine.bufferMemory.release(charge)
            throw error
        }
        dropSampling()
        sampling = Sampling(type, arguments, buffer: buffer, charge: charge, for: setting)
        engine.observer?.formatChanged(of: self)
    }

    /// Frees the format and its buffer.
    func dropSampling() {
        guard let sampling else { return }
        engine.observer?.samplesWillGo(in: self)
        sampling.format.exit()
        self.sampling = nil
        sampling.isDropped = true
        engine.giveBack(sampling)
        engine.observer?.formatChanged(of: self)
    }

    /// Begins anew with what is known of the target's processes. Samples of an earlier load stay.
    func beginSampling(on target: Target) {
        sampling?.events = eventsToSample
        sampling?.taken = 0
        sampling?.lost = 0
        sampling?.droppedWhenMasked = 0
        sampling?.throttled = 0
        if let tid = target.thread { sampling?.processes?.see(thread: tid) }
    }

    /// Whether overflows may be told late, many at a time: nothing but the buffer waits for them,
    /// and no register has to be set anew between two of them.
    var takesLateOverflows: Bool {
        guard sampling != nil, !flags.contains(.notifyBlock) else { return false }
        return sets.allSatisfy { set in
            guard !set.flags.contains(.overflowSwitch) else { return false }
            let overflowing = set.counters.filter { $0.value.distanceToOverflow != nil }
            let numbers = RegisterSet(overflowing.map(\.key))
            return overflowing.allSatisfy { _, counter in
                !counter.flags.contains(.random) && counter.shortReset == counter.value
                    && counter.resetPmds.isDisjoint(with: numbers)
            }
        }
    }

    /// Asks the format what a restart is to do.
    ///
    /// - Returns: what is to be done; nil when the format wants everything left as it is.
    func restartFormat() -> OverflowControl? {
        guard let sampling else { return .reset }
        var control: OverflowControl = sampling.buffer.size == 0 ? .reset : []
        engine.observer?.samplesWillGo(in: self)
        let isDone = sampling.format.restart(isActive: state == .loaded, control: &control)
        engine.sampled(in: self)
        return isDone ? control : nil
    }
}
