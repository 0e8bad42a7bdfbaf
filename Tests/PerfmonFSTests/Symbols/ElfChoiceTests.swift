import Glibc
import LinuxSupport
@testable import PerfmonFS
import Testing

/// Which symbol names an address, where several could.
@Suite struct ElfChoiceTests {
    private let global = ElfFixture.Binding.global
    private let weak = ElfFixture.Binding.weak

    @Test(arguments: [true, false])
    func filesOfBothWidthsAreRead(isWide: Bool) throws {
        let fixture = ElfFixture(
            isWide: isWide,
            symbols: [("narrow", 2 | global, 1, 0x40_1000, 0x10), ("next", 2, 2, 0x40_2000, 8)],
            buildID: [1, 2, 3, 4]
        )
        guard let elf = ElfFile.take(over: try fixture.open()) else {
            Issue.record("the file is refused")
            return
        }
        let id = elf.buildID()
        #expect(id == [1, 2, 3, 4])
        let address = elf.address(ofOffset: 0x1008)
        #expect(address == 0x40_1008)
        let names = ElfSymbols.names(of: [0x40_1008, 0x40_1010, 0x40_2007], in: elf)
        #expect(names == [0x40_1008: "narrow", 0x40_2007: "next"])
    }

    @Test func theGlobalThenTheWeakThenTheLocalName() throws {
        let all: [ElfFixture.Symbol] = [
            ("__GI_tolower", 2, 1, 0x40_1000, 16), ("tolower_weak", 2 | weak, 1, 0x40_1000, 16),
            ("tolower", 2 | global, 1, 0x40_1000, 16),
        ]
        for first in 0..<3 {
            let turned = Array(all[first...] + all[..<first])
            #expect(
                try ElfFixture(symbols: turned).names(of: [0x40_1004])?.values.first == "tolower"
            )
            let two = turned.filter { $0.name != "tolower" }
            let found = try ElfFixture(symbols: two).names(of: [0x40_1004])
            #expect(found?.values.first == "tolower_weak")
            // What was taken out of a library has the function's own name first, as with perf.
            let debug = try ElfFixture(symbols: two).names(
                of: [0x40_1004],
                order: ElfSymbols.debugOrder
            )
            #expect(debug?.values.first == "__GI_tolower")
        }
    }

    @Test func fewerUnderscoresAndThenTheLongerName() throws {
        let symbols: [ElfFixture.Symbol] = [
            ("__abcdef", 2 | global, 1, 0x40_1000, 16), ("_abc", 2 | global, 1, 0x40_1000, 16),
            ("_abcd", 2 | global, 1, 0x40_1000, 16), ("__x", 2 | global, 1, 0x40_1000, 16),
        ]
        #expect(try ElfFixture(symbols: symbols).names(of: [0x40_1000])?.values.first == "_abcd")
        let reversed = ElfFixture(symbols: symbols.reversed())
        #expect(try reversed.names(of: [0x40_1000])?.values.first == "_abcd")
    }

    @Test func theInnerOfTwoFunctionsAndThenTheOuterAgain() throws {
        let fixture = ElfFixture(symbols: [
            ("inner", 2, 1, 0x40_1020, 0x10), ("outer", 2, 1, 0x40_1000, 0x100),
            ("label", global, 1, 0x40_1080, 0),
        ])
        #expect(
            try fixture.names(of: [0x40_1010, 0x40_1025, 0x40_1030, 0x40_1090, 0x40_1100])
                == [
                    0x40_1010: "outer", 0x40_1025: "inner", 0x40_1030: "outer",
                    0x40_1090: "outer", 0x40_1100: "label",
                ]
        )
    }

    @Test func withoutASizeItReachesToTheNextSymbol() throws {
        let fixture = ElfFixture(symbols: [
            ("first", 2, 1, 0x40_1000, 0), ("second", global, 1, 0x40_1100, 0),
            ("data", 1, 1, 0x40_1200, 8), ("sized", 2, 1, 0x40_1400, 0x10),
            ("last", 2, 1, 0x40_1800, 0), ("other", 2, 2, 0x40_2100, 0),
        ])
        #expect(
            try fixture.names(of: [
                0x40_1050, 0x40_1100, 0x40_11ff, 0x40_1204, 0x40_1300, 0x40_140f, 0x40_1410,
                0x40_1fff, 0x40_2000, 0x40_2100,
            ]) == [
                0x40_1050: "first", 0x40_1100: "second", 0x40_11ff: "second", 0x40_140f: "sized",
                0x40_1fff: "last", 0x40_2100: "other",
            ]
        )
    }

    @Test func aNameWithoutASizeGivesWayToOneWith() throws {
        let fixture = ElfFixture(symbols: [
            ("open_end", 2, 1, 0x40_1000, 0), ("sized", 2, 1, 0x40_1000, 0x10),
        ])
        #expect(try fixture.names(of: [0x40_1008, 0x40_1018]) == [0x40_1008: "sized"])
    }

    /// In a stripped file only the places are known where functions begin.
    @Test func withoutTheLocalSymbolsNothingReachesBeyondItself() throws {
        let symbols: [ElfFixture.Symbol] = [
            ("helper", global, 1, 0x40_1000, 0), ("function", 2 | global, 1, 0x40_1200, 0),
            ("far", 2 | global, 1, 0x40_1800, 0x10),
        ]
        let addresses: [UInt64] = [
            0x40_1000, 0x40_1010, 0x40_1100, 0x40_1200, 0x40_1250, 0x40_1300,
        ]
        let wanted: [UInt64: String] = [
            0x40_1000: "helper", 0x40_1200: "function", 0x40_1250: "function",
        ]
        for type: UInt32 in [11, 2] {
            var fixture = ElfFixture(tableType: type, symbols: symbols)
            fixture.frames = [0x40_1080, 0x40_1200, 0x40_1280]
            #expect(try fixture.names(of: addresses) == wanted)
        }
        // With the local ones it is known that nothing else is there.
        var fixture = ElfFixture(symbols: symbols + [("local", 2, 2, 0x40_2000, 4)])
        fixture.frames = [0x40_1080, 0x40_1200]
        #expect(
            try fixture.names(of: addresses) == [
                0x40_1000: "helper", 0x40_1010: "helper", 0x40_1200: "function",
                0x40_1250: "function", 0x40_1300: "function",
            ]
        )
    }

    @Test func labelsAreThoseOfTextThatOthersMaySee() throws {
        var fixture = ElfFixture(symbols: [
            ("shown", 0, 1, 0x40_1000, 0), ("hidden", global, 1, 0x40_1100, 0),
            ("elsewhere", global, 2, 0x40_2000, 0),
        ])
        fixture.hidden = ["hidden"]
        fixture.otherName = ".init"
        #expect(
            try fixture.names(of: [0x40_1000, 0x40_1100, 0x40_2000])
                == [0x40_1000: "shown", 0x40_1100: "shown"]
        )
        fixture.symbols = [("$x", 0, 1, 0x40_1008, 0), ("code", 0, 1, 0x40_1000, 0)]
        fixture.machine = 183
        #expect(try fixture.names(of: [0x40_1010])?.values.first == "code")
    }

    @Test func symbolsThatOverlapWithoutEndCostNoMoreThanOthers() throws {
        let symbols: [ElfFixture.Symbol] = (0..<3000).map {
            ("s\($0)", 2, 1, 0x40_1000, 0x1000)
        }
        let addresses = (0..<20_000).map { 0x40_0000 + UInt64($0) }
        let names = try ElfFixture(symbols: symbols).names(of: addresses)
        #expect(names?.count == 0x1000)
    }

    @Test func debugLinksAreTheNameAndTheSum() throws {
        var sum = Checksum()
        sum.add(Array("1234".utf8))
        sum.add(Array("56789".utf8))
        #expect(sum.value == 0xcbf4_3926)
        let debug = ElfFixture(symbols: [("name", 2, 1, 0x40_1000, 4)])
        var whole = Checksum()
        whole.add(debug.bytes)
        var program = ElfFixture(tableType: 11)
        program.debugLink = ("prog.debug", whole.value)
        guard let elf = ElfFile.take(over: try program.open()),
            let file = ElfFile.take(over: try debug.open())
        else {
            Issue.record("a file is refused")
            return
        }
        guard let link = DebugLink(in: elf) else {
            Issue.record("there is no link")
            return
        }
        #expect(link.name == Array("prog.debug".utf8))
        let fits = link.fits(file)
        #expect(fits)
        guard let changed = ElfFile.take(over: try debug.open { $0[$0.count - 1] ^= 1 }) else {
            Issue.record("the file is refused")
            return
        }
        let changedFits = link.fits(changed)
        #expect(!changedFits)
        program.debugLink = ("../../etc/passwd", 1)
        guard let hostile = ElfFile.take(over: try program.open()) else {
            Issue.record("the file is refused")
            return
        }
        let none = DebugLink(in: hostile) == nil
        #expect(none)
    }
}
