/// What contexts with a sampling format ask of the engine.
extension Engine {
    /// Charges a buffer to a client.
    func reserveBuffer(
        _ size: UInt64?,
        for client: Client
    ) throws(PfmError) -> BufferMemory.Charge {
        try bufferMemory.reserve(
            size,
            for: client,
            maximum: controls.bufferMemoryMax,
            lockedMemory: options.lockedMemory(client.tid)
        )
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
