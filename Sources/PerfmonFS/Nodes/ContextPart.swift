import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel

/// What stands for a context, or for a part of one, in the tree.
protocol ContextPart: SendableMetatype {
    var node: ContextNode { get }
}

extension ContextPart {
    var context: Context { node.context }
}

/// What a line that was written to a file asks of a context. It only decodes: whether the client
/// may ask for it, and when, is for `ContextCommand.policy` to say.
typealias Decode<Subject> =
    @Sendable (Subject, Client, CommandLine) throws(PfmError) -> ContextCommand

extension FileRow.Content where Subject: ContextPart {
    /// A file whose lines are commands. `longest` as in `value`.
    static func commands(
        show: Show<Subject>? = nil,
        longest: (@Sendable (Subject) -> Int)? = nil,
        decode: @escaping Decode<Subject>
    ) -> FileRow<Subject>.Content {
        .value(
            show: show,
            store: { (subject, client, line) throws(PfmError) in
                try subject.node.perform(try decode(subject, client, line), by: client)
            },
            longest: longest
        )
    }
}
