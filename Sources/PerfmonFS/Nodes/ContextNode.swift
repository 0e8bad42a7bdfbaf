import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel

/// What the tree keeps for a context beside the engine: who waits for it, and which of its files
/// were given to someone else.
package final class ContextNode: ContextPart {
    let context: Context
    /// Permission bits of the context's directory.
    var mode: UInt16 = 0o700
    let mount: PerfmonMount
    /// Wakes readers of `msgs_pipe` and `msgq`.
    let messageWaiters = WaitQueue()
    /// Wakes readers of `samples_pipe` and `perf.data_pipe`.
    let sampleWaiters = WaitQueue()
    private var knownSampling: SamplingNode?
    /// Wakes pollers of `state` and `active_set`.
    let stateWaiters = WaitQueue()
    /// What chmod and chown gave to single files and directories, by their path below the context.
    private var changes: [String: OwnershipChange] = [:]
    /// What the last command wants said besides "ok".
    private var note = ""
    /// What `last_cmd_status` shows.
    var status = CommandStatus()

    init(_ context: Context, mount: PerfmonMount) {
        self.context = context
        self.mount = mount
    }

    var engine: Engine { mount.engine }

    var node: ContextNode { self }

    /// Gives a command to the context, and keeps what is to be said of it until it is recorded.
    ///
    /// - Throws: what `Context.perform` throws.
    @discardableResult
    func perform(
        _ command: ContextCommand,
        by client: Client
    ) throws(PfmError) -> CommandResult {
        let outcome = context.outcome(of: command, by: client)
        note = outcome.notes.map(\.text).joined(separator: "; ")
        return try outcome.get()
    }

    /// Mode and owner of the context's directory.
    var ownership: Ownership {
        Ownership(mode: mode, uid: context.uid, gid: context.gid)
    }

    func setOwnership(_ new: Ownership) {
        mode = new.mode
        context.uid = new.uid
        context.gid = new.gid
    }

    /// Mode and owner of a directory below the context: those of the directory it is in, but for
    /// what was changed.
    func ownership(ofDirectory path: String) -> Ownership {
        guard !changes.isEmpty else { return ownership }
        var result = ownership
        var end = path.startIndex
        repeat {
            let start = end == path.startIndex ? end : path.index(after: end)
            end = path[start...].firstIndex(of: "/") ?? path.endIndex
            changes[String(path[..<end])]?.apply(to: &result)
        } while end != path.endIndex
        return result
    }

    func setOwnership(ofDirectory path: String, to new: Ownership) {
        change(path, from: ownership(ofDirectory: path), to: new)
    }

    /// Mode and owner of a file below the context: `usual`, but for what was changed.
    func ownership(ofFile path: String, usual: Ownership) -> Ownership {
        guard let change = changes[path] else { return usual }
        var result = usual
        change.apply(to: &result)
        return result
    }

    func setOwnership(ofFile path: String, usual: Ownership, to new: Ownership) {
        change(path, from: ownership(ofFile: path, usual: usual), to: new)
    }

    private func change(_ path: String, from old: Ownership, to new: Ownership) {
        var change = changes[path] ?? OwnershipChange()
        change.note(from: old, to: new)
        changes[path] = change
    }

    /// Forgets what was given to a directory that is gone, and to all in it: another one may come
    /// by the same name.
    func forgetOwnerships(below path: String) {
        changes = changes.filter { $0.key != path && !$0.key.hasPrefix("\(path)/") }
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
        forgetOwnerships(below: "smpl")
        sampleWaiters.wake()
    }

    func samplesArrived() {
        knownSampling?.pages.changed()
        sampleWaiters.wake()
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
        let said = note
        note = ""
        status.record(report, note: said, at: mount.history.clock())
        mount.history.record(report, note: said)
        guard engine.controls.debug != 0, report.kind != .open else { return }
        engine.trace(
            """
            uid \(report.client.uid) thread \(report.client.tid) \(report.path) \
            "\(report.text)": \(CommandStatus.sentence(of: report, note: said))
            """
        )
    }
}

extension ContextNode: SampledContext {
    var backlog: ReaderBacklog { mount.backlog }
    var services: MountServices { mount.services }

    func kernelMap(for client: Client) throws(PfmError) -> KernelMap? {
        try mount.kernelMap(for: client)
    }
}

/// What chmod, chown and chgrp gave to a node; the rest follows the directory it is in.
struct OwnershipChange {
    private var mode: UInt16?
    private var uid: UInt32?
    private var gid: UInt32?

    /// Takes down what a change makes different.
    mutating func note(from old: Ownership, to new: Ownership) {
        if new.mode != old.mode { mode = new.mode }
        if new.uid != old.uid { uid = new.uid }
        if new.gid != old.gid { gid = new.gid }
    }

    func apply(to ownership: inout Ownership) {
        ownership.mode = mode ?? ownership.mode
        ownership.uid = uid ?? ownership.uid
        ownership.gid = gid ?? ownership.gid
    }
}
