@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

@Suite struct EventTextTests {
    @Test(
        arguments: [
            ("cycles", "cycles", 0), ("cylces", "cycles", 1), ("cycle", "cycles", 1),
            ("Cycles", "cycles", 0), ("faults", "fault", 1), ("abc", "xyz", nil),
            ("", "ab", 2), ("page-faults", "pagefaults", 1), ("kitten", "sitting", 3),
        ] as [(String, String, Int?)]
    )
    func measuresDistances(one: String, other: String, distance: Int?) {
        #expect(
            EditDistance.between(one, other, limit: 2) == distance.flatMap { $0 <= 2 ? $0 : nil }
        )
        #expect(EditDistance.between(other, one, limit: 9) == (distance ?? 3))
    }

    @Test(
        arguments: [
            ("12", 12), ("0x1f", 31), ("0XFF", 255), ("0", 0), ("18446744073709551615", .max),
            ("18446744073709551616", nil), ("0x", nil), ("", nil), ("-1", nil), ("+1", nil),
            ("0x-1", nil), ("0x+1", nil), ("1 ", nil), (" 1", nil), ("1f", nil), ("0x1g", nil),
        ] as [(String, UInt64?)]
    )
    func readsNumbers(text: String, value: UInt64?) {
        #expect(KernelNumber.parse(text) == value)
    }

    @Test func readsFormats() throws {
        let split = try #require(FormatField("config:8-15,32-55"))
        #expect(split.width == 32)
        var words = ConfigWords()
        words[0] = 0xFFFF_FFFF_FFFF_FFFF
        #expect(split.insert(0, into: &words))
        #expect(words[0] == 0xFF00_0000_FFFF_00FF)
        #expect(!split.insert(1 << 32, into: &words))
        let whole = try #require(FormatField("config1:0-63"))
        #expect(whole.insert(.max, into: &words))
        #expect(words[1] == .max)
        for text in [
            "config", "config:", "config3:0-7", "config:7-0", "config:0-64", "config:a",
            "config:0-1-2", "period:0-7", "",
        ] {
            #expect(FormatField(text) == nil, "\(text)")
        }
    }

    @Test func filesAreReadWhole() throws {
        let files = Fixture.files("server")
        #expect(try files.text("/sys/bus/event_source/devices/cpu/type") == "4")
        #expect(files.exists("/sys/bus"))
        #expect(!files.exists("/nothing"))
        #expect(throws: Errno.noSuchFileOrDirectory) { try files.text("/nothing") }
        #expect(throws: Errno.noSuchFileOrDirectory) { try files.entries("/nothing") }
        #expect(throws: Errno.isDirectory) { try files.text("/sys") }
        // More than one read's worth.
        let long = try KernelFiles().text("/proc/kallsyms")
        #expect(long.utf8.count > 100_000)
    }
}
