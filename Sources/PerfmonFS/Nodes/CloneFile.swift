import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// `clone`: opening it makes a context that lives as long as the descriptor, which is perfmon2's
/// own rule and survives the death of a script.
enum CloneFile {
    static let row = FileRow<PerfmonMount>(
        "clone",
        mode: 0o666,
        format: "the name of the context",
        summary: "Opening makes a context; it goes when the last copy of the descriptor closes.",
        content: .custom(open: { mount, client, flags throws(PfmError) in
            do throws(PfmError) {
                return CloneHandle(mount, try mount.engine.createClone(by: client))
            } catch {
                // Opening is the command here, for reading too.
                if !flags.contains(.write) {
                    mount.history.record(
                        CommandReport(
                            .openForWriting,
                            client: client,
                            path: "clone",
                            text: "",
                            error: error
                        )
                    )
                }
                throw error
            }
        })
    )
}

/// An open `clone`. Reading it names the context; each line written to it is one of `ctl`.
private final class CloneHandle: FileHandle {
    private let mount: PerfmonMount
    private let context: Context
    private var text = TextBuffer(capacity: 32)

    init(_ mount: PerfmonMount, _ context: Context) {
        self.mount = mount
        self.context = context
        text.append(line: context.name)
    }

    func read(_ request: consuming ReadRequest) {
        request.reply(from: text)
    }

    func write(_ request: consuming WriteRequest) {
        do throws(PfmError) {
            let lines = try WrittenLines(of: request.bytes, limit: mount.services.writeLimit)
            carryOut(lines, for: request)
        } catch {
            request.fail(error.code)
        }
    }

    func poll(_ waker: consuming PollWaker?) -> PollEvents {
        [.readable, .writable]
    }

    func release() {
        mount.engine.removeContext(context)
    }
}

extension CloneHandle: LineTaker {
    var lookups: Lookups { mount.services.lookups }

    func carryOut(_ line: CommandLine, number: Int, by client: Client) throws(PfmError) {
        let node = mount.node(of: context)
        do throws(PfmError) {
            try node.perform(
                try ControlLine.decode(line, for: context, by: client),
                by: client
            )
        } catch {
            if !lookups.isPending { node.record(report(line, client, error)) }
            throw error
        }
        node.record(report(line, client, nil))
    }

    func leftOut(because error: PfmError) {}

    private func report(
        _ line: CommandLine,
        _ client: Client,
        _ error: PfmError?
    ) -> CommandReport {
        CommandReport(
            .write,
            client: client,
            path: "clone",
            text: line.text,
            offset: line.offset(of: error?.subject),
            error: error
        )
    }
}
