@testable import FuseKit
@testable import LinuxSupport
@testable import PerfmonFS
@testable import PerfmonModel
import SystemPackage

/// A tree whose answers have to be looked up, each when a test lets it.
final class SlowTree {
    /// Holds lookups back until it is opened.
    final class Gate: Sendable {
        private let state = Monitor((isOpen: false, threads: [String]()))

        /// Waits; notes the name of the thread that does.
        func pass() {
            let text = (try? KernelFiles().text("/proc/thread-self/comm")) ?? ""
            state.withLock { $0.threads.append(text) }
            state.wait { state, _ in state.isOpen ? () : nil }
        }

        func open() { state.withLock { $0.isOpen = true } }

        /// Threads that came to the gate, in their order.
        var threads: [String] { state.withLock { $0.threads } }

        /// Waits until somebody stands at the gate.
        func awaitVisitor() { state.wait { state, _ in state.threads.isEmpty ? nil : () } }
    }

    let gate = Gate()
    let services = MountServices()
    /// Nanoseconds that each lookup may take.
    var limit: UInt64 = 60_000_000_000
    var stored: [String] = []
    var attempts = 0
    var things: Set<String> = ["a", "b"]
    var reports: [CommandReport] = []
    private var kept = 0

    var content: MountContent {
        MountContent(root: TableDirectory(Self.table, of: self), services: services)
    }

    /// What a lookup behind the gate says to a question.
    private func answer(_ question: String) throws(PfmError) -> String {
        attempts += 1
        kept = services.lookups.keep("kept") { kept + 1 }
        do throws(Unanswered) {
            return try services.lookups.answer(question) { [gate, limit] in
                Lookup(.waiting, lane: 0, limit: limit) {
                    gate.pass()
                    return "yes to \(question)"
                }
            }
        } catch {
            throw PfmError(error, "the question \(question)")
        }
    }

    private static let table = DirectoryTable<SlowTree>(
        kind: "slow",
        files: [
            FileRow(
                "plain",
                mode: 0o644,
                format: "",
                summary: "",
                content: .value(
                    show: { (tree, _, text) throws(PfmError) in text.append(line: tree.kept) },
                    store: nil
                )
            ),
            FileRow(
                "asks",
                mode: 0o644,
                format: "",
                summary: "",
                content: .value(
                    show: { (tree, _, text) throws(PfmError) in
                        text.append(line: try tree.answer("show"))
                    },
                    store: { (tree, _, line) throws(PfmError) in
                        if line.text.hasPrefix("drop ") {
                            let name = String(line.text.dropFirst(5))
                            tree.things.remove(name)
                            tree.services.entryGone(in: [], name: name)
                        }
                        if line.text.hasPrefix("ask") {
                            tree.stored.append(try tree.answer(line.text))
                        } else {
                            tree.stored.append(line.text)
                        }
                    }
                )
            ),
            FileRow(
                "long",
                mode: 0o444,
                format: "",
                summary: "",
                content: .longListing { tree, client in
                    { [gate = tree.gate, uid = client.uid] text in
                        gate.pass()
                        text.append("text of \(uid)\n")
                        for number in 0..<2000 { text.append(line: number) }
                    }
                }
            ),
            FileRow(
                "opens",
                mode: 0o444,
                format: "",
                summary: "",
                content: .custom { (tree, _, _) throws(PfmError) in
                    let log = StreamLog()
                    log.append(try tree.answer("open"))
                    return log.open()
                }
            ),
        ],
        families: [
            ChildFamily(
                "THING",
                summary: "",
                isDirectory: true,
                names: { (tree, _) throws(PfmError) in
                    _ = try tree.answer("names")
                    return tree.things.sorted()
                },
                find: { tree, name in
                    tree.things.contains(name)
                        ? .directory(TableDirectory(empty, of: tree)) : nil
                },
                make: { (tree, _, name, _) throws(PfmError) in
                    _ = try tree.answer("make")
                    tree.things.insert(name)
                },
                remove: { (tree, _, name) throws(PfmError) in
                    _ = try tree.answer("remove")
                    tree.things.remove(name)
                }
            )
        ],
        ownership: { _ in Ownership(mode: 0o755, uid: 0, gid: 0) },
        setOwnership: { (tree, _, _) throws(PfmError) in _ = try tree.answer("chown") },
        report: { $0.reports.append($1) }
    )

    private static let empty = DirectoryTable<SlowTree>(
        kind: "thing",
        ownership: { _ in Ownership(mode: 0o755, uid: 0, gid: 0) },
        report: { _, _ in }
    )
}
