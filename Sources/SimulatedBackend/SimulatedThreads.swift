package import LinuxSupport
package import PerfmonModel
internal import SystemPackage

/// The threads that simulated per-thread sessions are attached to.
package protocol SimulatedThreads: AnyObject {
    /// Begins to watch a thread.
    ///
    /// - Throws: ESRCH when there is none of that id; EPERM when the client may not monitor it.
    func watch(_ tid: Int32, for client: Client) throws(PfmError)

    /// Checks that a client may monitor a watched thread.
    ///
    /// - Throws: EPERM when it may not.
    func authorize(_ client: Client, for tid: Int32) throws(PfmError)

    /// Whether a thread can be blocked at its overflows: only one that does not really run.
    var canBlock: Bool { get }

    /// Ends the watch.
    func unwatch(_ tid: Int32)

    /// Watched threads that have exited since the last call.
    func takeExited() -> [Int32]

    /// A descriptor that polls readable when `takeExited` has something; -1 when there is none.
    var eventDescriptor: Int32 { get }
}

/// Threads that a test or a manual clock scripts: any positive id exists until it is ended.
package final class ScriptedThreads: SimulatedThreads {
    private var ended: Set<Int32> = []
    private var exited: [Int32] = []

    package init() {}

    package let eventDescriptor: Int32 = -1

    package let canBlock = true

    /// A scripted thread belongs to everybody.
    package func authorize(_ client: Client, for tid: Int32) throws(PfmError) {}

    package func watch(_ tid: Int32, for client: Client) throws(PfmError) {
        guard tid > 0, !ended.contains(tid) else {
            throw PfmError(.noSuchProcess, "there is no thread \(tid)", subject: String(tid))
        }
    }

    package func unwatch(_ tid: Int32) {}

    package func takeExited() -> [Int32] {
        defer { exited = [] }
        return exited
    }

    /// Lets a thread exit.
    func end(_ tid: Int32) {
        ended.insert(tid)
        exited.append(tid)
    }
}
