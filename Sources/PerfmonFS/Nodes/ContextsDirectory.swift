import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel

/// `contexts/`: mkdir makes a monitoring context, rmdir destroys it.
enum ContextsDirectory {
    static let table = DirectoryTable<PerfmonMount>(
        kind: "contexts",
        families: [
            ChildFamily(
                "NAME",
                summary: "A monitoring context.",
                isDirectory: true,
                names: { mount, client in visibleContexts(mount, client).map(\.name) },
                find: { mount, name in
                    mount.engine.context(name).map {
                        .directory(
                            TableDirectory(ContextDirectory.table, of: mount.node(of: $0))
                        )
                    }
                },
                make: { mount, client, name, mode throws(PfmError) in
                    let context = try mount.engine.createContext(name, by: client)
                    mount.node(of: context).mode = mode
                },
                remove: { mount, client, name throws(PfmError) in
                    guard let context = mount.engine.context(name) else { return }
                    try mount.node(of: context).perform(.remove, by: client)
                }
            )
        ],
        ownership: { PerfmonMount.rootOwned($0.options.contextsMode) },
        report: { $0.history.record($1) }
    )

    /// All contexts, or with `hide_contexts` those whose directory the client may list.
    private static func visibleContexts(_ mount: PerfmonMount, _ client: Client) -> [Context] {
        guard mount.options.hidesContexts else { return mount.engine.allContexts }
        return mount.engine.allContexts.filter { mayRead(mount.node(of: $0), client) }
    }

    /// Whether a context's directory lets a client see what is in it.
    static func mayRead(_ node: ContextNode, _ client: Client) -> Bool {
        if PerfmonMount.isAdministrator(client) { return true }
        if node.context.uid == client.uid { return node.mode & 0o400 != 0 }
        if client.isMember(of: node.context.gid) { return node.mode & 0o040 != 0 }
        return node.mode & 0o004 != 0
    }
}
