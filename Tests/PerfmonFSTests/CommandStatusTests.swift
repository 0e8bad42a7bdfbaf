@testable import FuseKit
@testable import LinuxSupport
@testable import PerfmonFS
@testable import PerfmonModel
import SystemPackage
import Testing

/// What `last_cmd_status` shows after commands, reads and refusals in any order.
@Suite struct CommandStatusTests {
    private static let second: UInt64 = 1_000_000_000

    private func report(_ kind: CommandReport.Kind = .write, _ error: String? = nil)
        -> CommandReport
    {
        CommandReport(
            kind,
            client: Client(uid: 0, gid: 0, tid: 1),
            path: "x",
            text: "",
            error: error.map { PfmError(.invalidArgument, $0, hint: "do this") }
        )
    }

    @Test func tellsTheLastCommand() {
        var status = CommandStatus()
        #expect(status.take() == "ok")
        status.record(report(.write, "first"), at: 0)
        #expect(status.take() == "first; do this")
        #expect(status.take() == "first; do this", "reading does not change it")
        status.record(report(), note: "rounded", at: 1)
        #expect(status.take() == "ok (rounded)")
    }

    @Test(arguments: [CommandReport.Kind.read, .open])
    func looksDoNotHideARefusal(_ kind: CommandReport.Kind) {
        var status = CommandStatus()
        status.record(report(.write, "refused"), at: 0)
        status.record(report(kind, "cannot be read"), at: 5 * Self.second)
        #expect(status.take() == "refused; do this")
        status.record(report(kind, "cannot be read"), at: 6 * Self.second)
        #expect(status.take() == "refused; do this", "neither once it was read")
    }

    @Test func aValueThatCannotBeReadIsTold() {
        var status = CommandStatus()
        status.record(report(), at: 0)
        status.record(report(.read, "never used"), at: 1)
        #expect(status.take() == "never used; do this")
        status.record(report(.write, "refused"), at: 2)
        #expect(status.take() == "refused; do this")
    }

    @Test func aSecondRefusalDoesNotHideTheFirst() {
        var status = CommandStatus()
        for text in ["first", "second", "third"] {
            status.record(report(.write, text), at: 0)
        }
        #expect(status.take() == "third; do this (and 2 more, see info/error_log)")
        #expect(status.take() == "third; do this (and 2 more, see info/error_log)")
        status.record(report(.makeDirectory, "fourth"), at: 1)
        #expect(status.take() == "fourth; do this", "what was read is not counted again")
    }

    @Test func aSuccessOfTheSameSecondHidesNothingUnread() {
        var status = CommandStatus()
        status.record(report(.write, "refused"), at: 7)
        status.record(report(), at: 6 + Self.second)
        #expect(status.take() == "refused; do this")
        status.record(report(), at: 6 + Self.second)
        #expect(status.take() == "ok", "it was read")
        status.record(report(.openForWriting, "again"), at: 2 * Self.second)
        status.record(report(), at: 3 * Self.second)
        #expect(status.take() == "ok", "it is older")
    }
}
