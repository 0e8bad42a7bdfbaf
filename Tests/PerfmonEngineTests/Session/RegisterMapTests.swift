@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import Testing

@Suite("Values by register number")
struct RegisterMapTests {
    @Test func keepsTheOrderOfTheNumbers() {
        var map: RegisterMap<String> = [64: "c", 0: "a", 319: "d", 63: "b"]
        #expect(map.map(\.key) == [0, 63, 64, 319])
        #expect(map.values == ["a", "b", "c", "d"])
        map[63] = nil
        #expect(map.map(\.value) == ["a", "c", "d"])
        #expect(map[63] == nil)
        #expect(map[64] == "c")
    }

    @Test func replacesAndChanges() {
        var map: RegisterMap<Int> = [5: 1, 70: 2]
        map[5] = 10
        map[70]? += 1
        map.update(5) { $0 += 1 }
        map.update(6) { $0 = 99 }
        map.updateAll { $0 *= 2 }
        #expect(map.values == [22, 6])
        #expect(map.keys == [5, 70])
    }

    @Test(arguments: [-1, 320, 1 << 40])
    func holdsNothingBeyondTheRegisters(_ number: Int) {
        var map: RegisterMap<Int> = [1: 1]
        map[number] = 2
        #expect(map[number] == nil)
        map[number] = nil
        map.update(number) { $0 = 3 }
        #expect(map.values == [1])
    }
}
