@testable import PerfmonFS
@testable import PerfmonModel
internal import PfmfsOptions
@testable import pfmfs
import SystemPackage
import Testing

/// What sentences tell users to do exists.
@Suite struct RemedyTests {
    /// The words that follow a word.
    private func words(behind mark: String, in text: String) -> [String] {
        let all = text.split(separator: " ").map(String.init)
        return zip(all, all.dropFirst()).filter { $0.0 == mark }.map(\.1)
    }

    @Test(arguments: LimitKind.allCases)
    func everyLimitThatIsNamedCanBeRaised(_ kind: LimitKind) {
        let text = Remedy.raise(kind, or: "remove some").text
        #expect(text.hasPrefix("remove some, or "))
        let options = words(behind: "-o", in: text)
        for option in options {
            #expect(MountOption.all.contains { $0.name == option }, "\(text)")
        }
        #expect(!options.isEmpty || kind == .descriptors || kind == .bufferMemory, "\(text)")
    }

    @Test func optionsThatAreNamedExist() {
        for remedy in [.mixSessions, .keepPrivileges] as [Remedy] {
            let options = words(behind: "-o", in: remedy.text)
            #expect(options.count == 1)
            #expect(MountOption.all.contains { $0.name == options.first }, "\(remedy.text)")
        }
    }

    @Test func aSentenceIsTheMessageAndTheRemedy() {
        let plain = PfmError(.invalidArgument, "what")
        #expect(plain.sentence == "what")
        let words = PfmError(.invalidArgument, "what", hint: "do this")
        #expect(words.sentence == "what; do this")
        #expect(words.description == "what; do this")
        let meaning = PfmError(.resourceBusy, "what", remedy: .unload)
        #expect(meaning.sentence == "what; write 1 to unload_context first")
        #expect(meaning.description == "what", "without a mount nothing is known of files")
        #expect(Remedy.listedEvents("near: a").text.hasPrefix("near: a; info/available_events"))
    }
}
