import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// One line of `ctl` and `clone`: a call of perfmon2 by its name, with its fields as key=value.
///
/// `write_pmcs SET pmcN value=V [flags=no_emul64]`,
/// `write_pmds SET pmdN [value=V] [long_reset=V] [short_reset=V] [random_mask=V]
/// [ovfl_switch_cnt=N] [smpl_eventid=N] [reset_pmds=LIST] [smpl_pmds=LIST] [flags=W[,W]]`,
/// `create_evtsets N [flags=W[,W]] [timeout=T] [id_next=N]`, `delete_evtsets N`,
/// `load_context TARGET [set=N]`, `unload_context`, `start [set=N]`, `stop`, `restart`.
enum ControlLine {
    /// What a line asks for.
    ///
    /// - Throws: EINVAL with the word at fault.
    static func decode(
        _ line: CommandLine,
        for context: Context,
        by client: Client
    ) throws(PfmError) -> ContextCommand {
        let words = line.words.map(\.text)
        guard let name = words.first else {
            throw PfmError(
                .invalidArgument,
                "an empty line is not a command",
                hint: "\(names) are known"
            )
        }
        guard let call = calls.first(where: { $0.name == name }) else {
            throw PfmError(
                .invalidArgument,
                "\(name) is not a command",
                hint: "\(names) are known",
                subject: name
            )
        }
        return try call.decode(
            CallArguments(name: name, words: Array(words.dropFirst()), context, client)
        )
    }

    private static let names = calls.map(\.name).joined(separator: ", ")

    /// One call: its name, and what its arguments mean.
    private struct Call: Sendable {
        let name: String
        let decode: @Sendable (CallArguments) throws(PfmError) -> ContextCommand

        init(
            _ name: String,
            _ decode: @escaping @Sendable (CallArguments) throws(PfmError) -> ContextCommand
        ) {
            self.name = name
            self.decode = decode
        }

        /// A call without arguments.
        init(_ name: String, _ command: ContextCommand) {
            self.init(name) { (arguments) throws(PfmError) in
                try arguments.expect(0, "")
                return command
            }
        }
    }

    private static let calls: [Call] = [
        Call("write_pmcs") { (arguments) throws(PfmError) in
            .writePMCs([try arguments.controlSetting()])
        },
        Call("write_pmds") { (arguments) throws(PfmError) in
            .writePMDs([try arguments.dataSetting()])
        },
        Call("create_evtsets") { (arguments) throws(PfmError) in
            .createSets([try arguments.setDescription()], exclusively: false)
        },
        Call("delete_evtsets") { (arguments) throws(PfmError) in
            try arguments.expect(1, "N")
            return .deleteSets([try SetNumbers.parse(arguments.words[0])])
        },
        Call("load_context") { (arguments) throws(PfmError) in try arguments.load() },
        Call("unload_context", .unload),
        Call("start") { (arguments) throws(PfmError) in try arguments.start() },
        Call("stop", .stop),
        Call("restart", .restart),
    ]
}
