internal import LinuxSupport
internal import PerfmonModel

/// What contexts with a sampling format ask of the engine.
extension Engine {
    /// Charges a buffer to a client, as if the one that it replaces were free already.
    func reserveBuffer(
        _ size: UInt64?,
        for client: Client,
        replacing old: Sampling?
    ) throws(PfmError) -> BufferMemory.Charge {
        try bufferMemory.reserve(
            size,
            for: client,
            replacing: old?.holders == 0 ? old?.charge : nil,
            limits: BufferMemory.Limits(
                all: controls.bufferMemoryMax,
                user: options.userBufferMemory,
                lockedMemory: options.lockedMemory(client.tid)
            )
        )
    }

    /// Keeps the memory of a buffer until `letGo`, for somebody who reads or maps it. It stays
    /// charged.
    package func hold(_ sampling: Sampling) {
        sampling.holders += 1
    }

    /// Ends what `hold` began.
    package func letGo(_ sampling: Sampling) {
        sampling.holders -= 1
        giveBack(sampling)
    }

    /// Frees a buffer that nobody has a use for.
    func giveBack(_ sampling: Sampling) {
        guard sampling.isDropped, sampling.holders == 0 else { return }
        sampling.buffer.free()
        bufferMemory.release(sampling.charge)
    }

    /// Notes that the samples of a context changed; the observer is told at the end of the drain.
    func sampled(in context: Context) {
        guard let sampling = context.sampling, !sampling.hasNews else { return }
        sampling.hasNews = true
        contextsWithNews.append(context)
    }

    /// Tells the observer of all contexts with new samples.
    func announceSamples() {
        guard !contextsWithNews.isEmpty else { return }
        let contexts = contextsWithNews
        contextsWithNews = []
        for context in contexts {
            context.sampling?.hasNews = false
            observer?.samplesArrived(in: context)
        }
    }
}
