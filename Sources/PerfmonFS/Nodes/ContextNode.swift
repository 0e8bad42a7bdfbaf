import PerfmonEngine

/// What the tree keeps for a context beside the engine: who waits for it, and which of its files
/// were given to someone else.
final class ContextNode {
    let context: Context
    let mount: PerfmonMount
    /// Wakes readers of `msgs_pipe` and `msgq`.
    let messageWaiters = WaitQueue()
    /// Wakes readers of `samples_pipe` and `perf.data_pipe`.
    let sampleWaiters = WaitQueue()
    private var knownSampling: SamplingNode?
    /// Wakes pollers of `state` and `active_set`.
    let stateWaiters = WaitQueue()
    /// Mode and owner of single files, by their path below the context.
    private var fileOwnerships: [String: Ownership] = [:]

    init(_ context: Context, mount: PerfmonMount) {
        self.context = context
        self.mount = mount
    }

    var engine: Engine { mount.engine }

    /// Mode and owner of the context's directory, which its files share.
    var ownership: Ownership {
        Ownership(mode: context.mode, uid: context.uid, gid: context.gid)
    }

    /// Owner of a directory below the context.
    func ownership(mode: UInt16) -> Ownership {
        Ownership(mode: mode, uid: context.uid, gid: context.gid)
    }

    func setOwnership(_ new: Ownership) {
        context.mode = new.mode
        context.uid = new.uid
        context.gid = new.gid
        mount.services.attributesChanged(at: "contexts/\(context.name)")
    }

    func fileOwnership(_ path: String) -> Ownership? {
        fileOwnerships[path]
    }

    func setFileOwnership(_ path: String, _ ownership: Ownership) {
        fileOwnerships[path] = ownership
    }

    func messagesArrived() {
        messageWaiters.wake()
    }

    func stateChanged() {
        stateWaiters.wake()
        // No samples will come any more: those who wait for some are told.
        if context.endReason != nil { sampleWaiters.wake() }
    }

    /// What `smpl/` shows; nil without a sampling format.
    var sampling: SamplingNode? {
        guard let current = context.sampling else { return nil }
        if let knownSampling, knownSampling.sampling === current { return knownSampling }
        let node = SamplingNode(self, current)
        knownSampling = node
        return node
    }

    func formatChanged() {
        knownSampling = nil
        sampleWaiters.wake()
    }

    func samplesArrived() {
        knownSampling?.pages.changed()
        sampleWaiters.wake()
    }

    /// Has the kernel's pages of the buffer brought up to date.
    func pushPages(_ pages: BufferPages) {
        mount.services.contentChanged(at: "contexts/\(context.name)/smpl/buffer", pages)
    }

    func samplesWillGo() {
        knownSampling?.samplesWillGo()
    }

    func removed() {
        sampleWaiters.wake()
        messageWaiters.wake()
        stateWaiters.wake()
    }

    /// Keeps what became of a command, for `last_cmd_status` here and in `info/`.
    func record(_ report: CommandReport) {
        // Looking at a file is no command: a grep through the tree must not hide why the last
        // command failed. A value that cannot be read is told, because only this tells why.
        if report.kind == .open { return }
        context.commandStatus = CommandHistory.sentence(of: report, note: context.note)
        mount.history.record(report, note: context.note)
        guard engine.controls.debug != 0 else { return }
        engine.trace(
            """
            uid \(report.client.uid) thread \(report.client.tid) \(report.path) \
            "\(report.text)": \(context.commandStatus)
            """
        )
    }
}
