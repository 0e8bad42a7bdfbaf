@testable import FuseKit
import Glibc
@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
import SystemPackage
import Testing

private let client = Client(uid: 1000, gid: 1000, tid: 42)

@Suite struct TableFileTests {
    let workshop = Workshop()

    private func file(_ name: String) throws -> TableFile {
        guard case .file(let source) = workshop.root.find(name), let file = source as? TableFile
        else {
            throw PfmError(.noSuchFileOrDirectory, name)
        }
        file.place = Place(path: name)
        return file
    }

    private func open(_ name: String, _ flags: OpenFlags = .read) throws -> any FileHandle {
        try file(name).open(by: client, flags: flags)
    }

    @Test func showsOneRenderingPerPass() throws {
        let handle = try open("value")
        #expect(handle.readText() == "7\n")
        workshop.value = 123
        #expect(handle.readText(at: 1) == "\n")
        #expect(handle.readText(at: 2) == "")
        #expect(handle.readText(at: 99999) == "")
        #expect(workshop.renderings == 1)
        #expect(handle.readText(size: 2) == "12")
        #expect(handle.readText(at: 2) == "3\n")
        #expect(workshop.renderings == 2)
    }

    @Test func rendersForAFirstReadInTheMiddle() throws {
        #expect(try open("value").readText(at: 1) == "\n")
    }

    @Test func failsAReadWithItsReason() throws {
        workshop.value = -1
        let handle = try open("value")
        #expect(handle.recordRead().failure == .noData)
        #expect(handle.recordRead(at: 1).failure == .noData)
        #expect(workshop.reports.map(\.kind) == [.read, .read])
        #expect(workshop.reports.first?.error?.message == "not counted")
        workshop.value = 1
        #expect(handle.readText() == "1\n")
    }

    @Test func carriesOutLinesInOrder() throws {
        let handle = try open("value", .write)
        #expect(handle.writeText("1\n2\n3") == nil)
        #expect(workshop.stored == ["1", "2", "3"])
        #expect(workshop.value == 3)
        #expect(workshop.reports.map(\.line) == [1, 2, 3])
        #expect(workshop.reports.allSatisfy { $0.error == nil && $0.path == "value" })
    }

    @Test func stopsAtTheFirstFailure() throws {
        let handle = try open("value", .write)
        let error = handle.writeText("1\n22 bad\n3\n")
        #expect(error == .invalidArgument)
        #expect(workshop.stored == ["1", "22 bad"])
        let report = try #require(workshop.reports.last)
        #expect(report.text == "22 bad")
        #expect(report.offset == 3)
        #expect(report.line == 2)
        #expect(report.error?.code == error)
        #expect(report.error?.message == "line 2: bad: not a number")
        #expect(report.client == Client(uid: 0, gid: 0, tid: getpid()))
    }

    @Test func doesNotNumberASingleLine() throws {
        let error = try open("value", .write).writeText("fail\n")
        #expect(error == .resourceBusy)
        #expect(workshop.reports.last?.error?.message == "always fails")
        #expect(workshop.reports.last?.line == 0)
    }

    @Test func endsABatchAtTheFirstFailure() throws {
        let row = FileRow<Workshop>(
            "ctl",
            mode: 0o200,
            format: "N",
            summary: "",
            content: .value(
                show: nil,
                store: { (workshop, _, line) throws(PfmError) in try workshop.store(line) }
            ),
            isBatch: true
        )
        let file = TableFile(row, of: workshop, in: Workshop.table)
        let handle = try file.open(by: client, flags: .write)
        #expect(handle.writeText("1\n") == nil)
        #expect(handle.writeText("2\n3\n") == nil)
        let error = handle.writeText("bad\n")
        #expect(error == .invalidArgument)
        #expect(workshop.reports.last?.error?.message == "line 4: bad: not a number")
        #expect(handle.writeText("5\n") == error)
        #expect(workshop.stored == ["1", "2", "3", "bad"])
        #expect(workshop.reports.map(\.line) == [0, 2, 3, 4])
        #expect(try file.open(by: client, flags: .write).writeText("5\n") == nil)
        #expect(workshop.value == 5)
    }

    @Test func givesAnEmptyLineToTheStore() throws {
        #expect(try open("trigger", .write).writeText("\n") == nil)
        #expect(workshop.stored == [""])
    }

    @Test func storesNothingOfARefusedWrite() throws {
        let handle = try open("value", .write)
        #expect(handle.writeText("") == .invalidArgument)
        #expect(handle.writeText("1\n\u{e9}\n") == .invalidArgument)
        #expect(handle.writeText(String(repeating: "5", count: 5000)) == .argListTooLong)
        // What may be the rest of the same text.
        #expect(handle.writeText("5\n") == .argListTooLong)
        #expect(workshop.stored.isEmpty)
        #expect(workshop.value == 7)
        #expect(
            workshop.reports.map { $0.error?.code } == [
                .invalidArgument, .invalidArgument, .argListTooLong,
            ]
        )
    }

    @Test func takesTheLimitFromTheMount() throws {
        let services = MountServices()
        services.writeLimit = 8192
        let file = try file("value")
        file.place = Place(path: "value", services: services)
        let handle = try file.open(by: client, flags: .write)
        #expect(handle.writeText(String(repeating: "5", count: 5000) + "\n") == nil)
        services.writeLimit = 4096
        #expect(
            handle.writeText(String(repeating: "5", count: 5000) + "\n") == .argListTooLong
        )
    }

    @Test(
        arguments: [
            ("version", OpenFlags.write), ("version", [.read, .write]), ("trigger", .read),
            ("list", .write),
        ] as [(String, OpenFlags)]
    )
    func opensOnlyWhatTheRowCan(_ name: String, _ flags: OpenFlags) throws {
        let file = try file(name)
        let error = #expect(throws: Errno.self) {
            _ = try file.open(by: client, flags: flags)
        }
        #expect(error == .permissionDenied)
        // What cannot be written was a command all the same.
        #expect(workshop.reports.map(\.kind) == [flags.contains(.write) ? .openForWriting : .open])
    }

    @Test func reportsWhyAnOpenFailed() throws {
        #expect(throws: Errno.self) { try open("refused") }
        #expect(workshop.reports.last?.kind == .open)
        #expect(workshop.reports.last?.error?.code == .tooManyOpenFilesInSystem)
    }

    @Test func showsTheSizeOfWhatIsRead() throws {
        workshop.listing = (0..<2000).map { "word\($0)" }
        let list = try file("list")
        let size = try list.size(for: client)
        let handle = try list.open(by: client, flags: .read)
        #expect(workshop.renderings == 1)
        let text = try #require(handle.readText(size: 1 << 20))
        #expect(text.hasSuffix("word1999\n0\n") == false)
        #expect(text.hasSuffix("word1999\n1000\n"))
        #expect(size == UInt64((text.utf8.count + 4095) / 4096 * 4096))
        #expect(handle.readText(at: 9, size: 5) == String(Array(text)[9..<14]))
        #expect(workshop.renderings == 1)
        workshop.listing = ["changed"]
        #expect(handle.readText() == "changed\n0\n")
        #expect(workshop.renderings == 2)
    }

    @Test func keepsListingsOfClientsApart() throws {
        let list = try file("list")
        _ = try list.size(for: Client(uid: 1, gid: 1, tid: 1))
        let handle = try list.open(by: Client(uid: 2, gid: 2, tid: 2), flags: .read)
        #expect(handle.readText(uid: 2)?.hasSuffix("\n2\n") == true)
    }

    @Test func showsAPageForValues() throws {
        #expect(try file("value").size(for: client) == 4096)
        #expect(try file("value").fixedSize == 4096)
        #expect(try file("list").fixedSize == nil)
        #expect(try file("log").size(for: client) == 0)
        workshop.log.append("12345")
        #expect(try file("log").size(for: client) == 5)
    }

    @Test func belongsToItsDirectoryUntilChanged() throws {
        workshop.ownership = Ownership(mode: 0o750, uid: 3, gid: 4)
        let file = try file("value")
        #expect(file.ownership() == Ownership(mode: 0o644, uid: 3, gid: 4))
        let wanted = Ownership(mode: 0o600, uid: 9, gid: 9)
        try file.setOwnership(wanted, by: client)
        #expect(file.ownership() == wanted)
    }

    @Test func failsWhenItsSubjectIsGone() throws {
        workshop.things["a"] = Workshop.Thing("a", in: workshop)
        let thing = try #require(workshop.things["a"])
        let directory = TableDirectory(Workshop.thing, of: thing)
        guard case .file(let file) = directory.find("name") else {
            Issue.record("no file")
            return
        }
        let handle = try file.open(by: client, flags: [.read, .write])
        #expect(handle.readText() == "a\n")
        workshop.drop("a")
        #expect(handle.recordRead().failure == .operationNotSupportedByDevice)
        #expect(handle.recordRead(at: 1).failure == .operationNotSupportedByDevice)
        #expect(handle.writeText("1\n") == .operationNotSupportedByDevice)
        #expect(throws: Errno.self) { try file.open(by: client, flags: .read) }
        #expect(workshop.stored.isEmpty)
    }

    @Test func bindsARowToItsOwnSubject() throws {
        let row = FileRow<Int>(
            "pmcN",
            mode: 0o444,
            format: "N",
            summary: "",
            content: .value(
                show: { (number, _, text) throws(PfmError) in text.append(line: number) },
                store: nil
            )
        )
        let file = TableFile(row, of: 12, in: Workshop.table, of: workshop)
        #expect(try file.open(by: client, flags: .read).readText() == "12\n")
        #expect(file.ownership().mode == 0o444)
    }

    @Test func tellsPollersOfChanges() throws {
        let handle = try open("value")
        #expect(handle.poll(nil).contains(.changed) == false)
        _ = handle.readText()
        let recorder = ReplyRecorder()
        #expect(handle.poll(PollWaker(recorder: recorder)) == [.readable, .writable])
        workshop.changes.wake()
        #expect(recorder.wakes == 1)
        #expect(handle.poll(nil).contains(.changed))
        _ = handle.readText()
        #expect(!handle.poll(nil).contains(.changed))
        handle.release()
    }
}
