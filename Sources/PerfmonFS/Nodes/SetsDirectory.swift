import FuseKit
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// `contexts/NAME/sets/`: mkdir N makes an event set, rmdir N removes it.
enum SetsDirectory {
    static let table = DirectoryTable<ContextNode>(
        kind: "sets",
        families: [
            ChildFamily(
                "N",
                summary: "An event set.",
                isDirectory: true,
                names: { node, _ in node.context.sets.map { String($0.id) } },
                find: { node, name in
                    guard let id = UInt16(name), name == String(id), let set = node.context.set(id)
                    else { return nil }
                    return .directory(
                        TableDirectory(
                            SetDirectory.table,
                            of: SetSubject(node: node, set: set)
                        )
                    )
                },
                make: { node, client, name, _ throws(PfmError) in
                    let id = try SetNumbers.parse(name)
                    guard name == String(id) else {
                        throw PfmError(
                            .invalidArgument,
                            "\(name) is not how a set is written",
                            hint: "mkdir \(id)",
                            subject: name
                        )
                    }
                    try node.perform(
                        .createSets([SetDescription(id)], exclusively: true),
                        by: client
                    )
                },
                remove: { node, client, name throws(PfmError) in
                    try node.perform(.deleteSets([try SetNumbers.parse(name)]), by: client)
                    node.forgetOwnerships(below: "sets/\(name)")
                }
            )
        ],
        ownership: { $0.ownership(ofDirectory: "sets") },
        setOwnership: { node, _, new in node.setOwnership(ofDirectory: "sets", to: new) },
        isGone: { $0.context.isRemoved },
        report: { node, report in node.record(report) }
    )
}

/// One set of one context.
struct SetSubject: ContextPart {
    let node: ContextNode
    let set: EventSet

    var id: UInt16 { self.set.id }

    /// Whether the set was removed, or its context.
    var isGone: Bool { context.isRemoved || context.set(id) !== set }

    /// A command that changes how the set is left.
    func change(_ settings: SetSettings) -> ContextCommand {
        .changeSets([SetDescription(id, settings)])
    }

    /// Path of the set below the context.
    var path: String { "sets/\(id)" }

    func path(_ name: String) -> String {
        "sets/\(id)/\(name)"
    }
}
