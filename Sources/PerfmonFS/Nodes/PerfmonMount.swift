package import FuseKit
import Glibc
package import LinuxSupport
package import PerfmonEngine
import PerfmonModel
import PrivilegeSupport

/// How the tree is laid out, chosen at mount time.
package struct TreeOptions: Sendable {
    /// Permission bits of `contexts/`.
    package var contextsMode: UInt16 = 0o1777
    /// Permission bits of `clone`.
    package var cloneMode: UInt16 = 0o666
    /// A listing of `contexts/` shows a client only those that he may read.
    package var hidesContexts = false

    package init() {}
}

/// What all nodes of one mount share: the subject of the root directory.
package final class PerfmonMount {
    let engine: Engine
    let options: TreeOptions
    package let services: MountServices
    let history = CommandHistory()
    /// What the command that is being carried out wants said besides "ok".
    var note = ""
    /// What waits for readers of samples.
    let backlog = ReaderBacklog()
    /// What `info/backends` says of each backend, in the order of their preference.
    let backendReports: () -> [BackendReport]
    /// What the daemon needs of root's privileges.
    let privileges: [Privilege]
    /// What `info/limits` says of them. The daemon has given up the others before anybody reads it,
    /// so it stays as it is.
    private(set) lazy var privilegeLines = PrivilegeLines.text(privileges)
    private var knownKernelMap: KernelMap?
    private var nodes: [UInt64: ContextNode] = [:]

    package init(
        engine: Engine,
        options: TreeOptions,
        backendReports: @escaping () -> [BackendReport],
        privileges: [Privilege] = []
    ) {
        self.engine = engine
        services = MountServices(lookups: engine.backend.lookups ?? Lookups())
        self.options = options
        self.backendReports = backendReports
        self.privileges = (Privilege.ofEveryDaemon + privileges).sorted { $0.name < $1.name }
        engine.observer = self
    }

    /// Keeps what became of a command, for `info/`.
    func record(_ report: CommandReport) {
        let said = note
        note = ""
        history.record(report, note: said)
    }

    /// The root directory of the mount.
    package func root() -> any DirectorySource {
        TableDirectory(RootDirectory.table, of: self)
    }

    /// The node of a context: one for as long as the context lives.
    func node(of context: Context) -> ContextNode {
        if let known = nodes[context.serial] { return known }
        let node = ContextNode(context, mount: self)
        nodes[context.serial] = node
        return node
    }

    /// Where the kernel lies; nil for clients that may not know.
    func kernelMap(for client: Client) throws(PfmError) -> KernelMap? {
        let known = knownKernelMap
        let found: KernelMap?
        do throws(Unanswered) {
            found = try services.lookups.answer("kernel map") {
                let files = ClientFiles(client)
                return Lookup(.waiting, lane: UInt64(client.uid), limit: 5_000_000_000) {
                    guard let known else { return KernelMap.ofThisMachine(for: files) }
                    return KernelSecrecy.mayKnow(files) ? known : nil
                }
            }
        } catch {
            throw PfmError(error, "the check of what the kernel shows of itself to the reader")
        }
        if let found { knownKernelMap = found }
        return found
    }

    /// Mode and owner of everything outside contexts: it belongs to who runs pfmfs, usually root.
    static func rootOwned(_ mode: UInt16) -> Ownership {
        Ownership(mode: mode, uid: owner.uid, gid: owner.gid)
    }

    private static let owner = (uid: geteuid(), gid: getegid())

    /// Whether a client sees what concerns everybody: root, and who runs pfmfs.
    static func isAdministrator(_ client: Client) -> Bool {
        client.uid == 0 || client.uid == owner.uid
    }
}

extension PerfmonMount: EngineObserver {
    package func messagesArrived(in context: Context) {
        nodes[context.serial]?.messagesArrived()
    }

    package func stateChanged(of context: Context) {
        nodes[context.serial]?.stateChanged()
    }

    package func formatChanged(of context: Context) {
        nodes[context.serial]?.formatChanged()
        services.entryGone(in: ["contexts", context.name], name: "smpl")
    }

    package func samplesArrived(in context: Context) {
        nodes[context.serial]?.samplesArrived()
    }

    package func samplesWillGo(in context: Context) {
        nodes[context.serial]?.samplesWillGo()
    }

    package func setRemoved(_ id: UInt16, from context: Context) {
        services.entryGone(in: ["contexts", context.name, "sets"], name: String(id))
    }

    package func removed(_ context: Context) {
        nodes.removeValue(forKey: context.serial)?.removed()
        services.entryGone(in: ["contexts"], name: context.name)
    }
}
