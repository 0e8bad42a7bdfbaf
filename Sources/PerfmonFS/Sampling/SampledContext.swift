import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel

/// The context whose samples `smpl/` shows, as the files in it see it.
protocol SampledContext: AnyObject {
    var context: Context { get }
    var engine: Engine { get }
    /// Wakes readers of samples.
    var sampleWaiters: WaitQueue { get }
    /// What waits for readers of samples, by user.
    var backlog: ReaderBacklog { get }
    var services: MountServices { get }
    /// Where the kernel lies; nil for clients that may not know.
    func kernelMap(for client: Client) throws(PfmError) -> KernelMap?
    func ownership(ofDirectory path: String) -> Ownership
    func setOwnership(ofDirectory path: String, to new: Ownership)
    func ownership(ofFile path: String, usual: Ownership) -> Ownership
    func setOwnership(ofFile path: String, usual: Ownership, to new: Ownership)
    func record(_ report: CommandReport)
}
