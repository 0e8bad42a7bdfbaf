@testable import FuseKit
@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
import SystemPackage
import Testing

private let client = Client(uid: 1000, gid: 1000, tid: 42)

@Suite struct TableDirectoryTests {
    let workshop = Workshop()

    @Test func listsRowsAndFamilies() throws {
        let root = workshop.root
        #expect(
            try root.list(for: client).map(\.name) == [
                "value", "trigger", "version", "list", "log", "refused", "inner",
            ]
        )
        #expect(try root.list(for: client).filter(\.isDirectory).map(\.name) == ["inner"])
        workshop.hasExtra = true
        #expect(try root.list(for: client).contains { $0.name == "extra" })
    }

    @Test func findsWhatItListsAndNothingElse() throws {
        let root = workshop.root
        for entry in try root.list(for: client) {
            switch root.find(entry.name) {
            case .file: #expect(!entry.isDirectory)
            case .directory: #expect(entry.isDirectory)
            case nil: Issue.record("\(entry.name) is listed and not found")
            }
        }
        #expect(root.find("extra") == nil)
        #expect(root.find("") == nil)
        #expect(root.find("nothing") == nil)
        #expect(root.mayCache("value"))
        #expect(!root.mayCache("extra"))
    }

    @Test func makesAndRemovesChildren() throws {
        let inner = TableDirectory(Workshop.inner, of: workshop)
        inner.place = Place(path: "inner")
        try inner.make("a", mode: 0o755, by: client)
        #expect(try inner.list(for: client).map(\.name) == ["a"])
        #expect(throws: Errno.self) { try inner.make("a", mode: 0o755, by: client) }
        try inner.remove("a", by: client)
        #expect(inner.find("a") == nil)
        let reports = workshop.reports
        #expect(reports.map(\.kind) == [.makeDirectory, .makeDirectory, .removeDirectory])
        #expect(reports.map(\.text) == ["a", "a", "a"])
        #expect(reports.map(\.path) == ["inner", "inner", "inner"])
        #expect(reports.map { $0.error?.code } == [nil, .fileExists, nil])
    }

    @Test func refusesWhatNoFamilyAllows() {
        let root = workshop.root
        func code(_ body: () throws(Errno) -> Void) -> Errno? {
            do throws(Errno) {
                try body()
                return nil
            } catch {
                return error
            }
        }
        #expect(
            code { () throws(Errno) in
                try root.make("x", mode: 0, by: client)
            } == .notPermitted
        )
        #expect(
            code { () throws(Errno) in
                try root.remove("inner", by: client)
            } == .notPermitted
        )
        #expect(
            code { () throws(Errno) in
                try root.remove("x", by: client)
            } == .noSuchFileOrDirectory
        )
        #expect(workshop.reports.count == 3)
        #expect(workshop.reports.allSatisfy { $0.error?.message.isEmpty == false })
    }

    @Test func storesItsOwner() throws {
        let wanted = Ownership(mode: 0o700, uid: 5, gid: 6)
        try workshop.root.setOwnership(wanted, by: client)
        #expect(workshop.root.ownership() == wanted)
        let inner = TableDirectory(Workshop.inner, of: workshop)
        #expect(throws: Errno.self) { try inner.setOwnership(wanted, by: client) }
    }
}
