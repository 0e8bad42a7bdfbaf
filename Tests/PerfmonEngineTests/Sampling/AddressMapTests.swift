import Testing

@testable import PerfmonEngine

/// What lies where in an address space.
@Suite struct AddressMapTests {
    @Test func theLastPieceLiesOnTop() {
        var map = AddressMap<String>()
        map.insert(100, through: 199, "a")
        map.insert(150, through: 159, "b")
        #expect(map.count == 3)
        #expect(map.piece(at: 99) == nil)
        #expect(map.piece(at: 100)?.content == "a")
        #expect(map.piece(at: 150)?.content == "b")
        #expect(map.piece(at: 159)?.content == "b")
        #expect(map.piece(at: 160)?.content == "a")
        #expect(map.piece(at: 199)?.last == 199)
        #expect(map.piece(at: 200) == nil)
        map.insert(0, through: .max, "c")
        #expect(map.count == 1)
        #expect(map.piece(at: .max)?.content == "c")
    }

    @Test func coverageHasNoGaps() {
        var map = AddressMap<Int>()
        map.insert(10, through: 19, 1)
        map.insert(20, through: 29, 2)
        map.insert(31, through: 39, 1)
        #expect(map.isCovered(12, through: 28) { _ in true })
        #expect(!map.isCovered(12, through: 28) { $0.content == 1 })
        #expect(!map.isCovered(12, through: 30) { _ in true })
        #expect(!map.isCovered(9, through: 12) { _ in true })
        #expect(map.isTouched(0, through: 10))
        #expect(!map.isTouched(30, through: 30))
        #expect(map.isTouched(0, through: 40) { $0.content == 2 })
        #expect(!map.isTouched(0, through: 40) { $0.content == 3 })
    }

    /// The same as an array with one element for each address, at random and across many rows.
    @Test func itAgreesWithAnArray() {
        var generator = SystemRandomNumberGenerator()
        for size in [200, 20_000] {
            var map = AddressMap<Int>()
            var array = [Int?](repeating: nil, count: size)
            for step in 0..<3000 {
                let first = Int.random(in: 0..<size, using: &generator)
                let length = Int.random(in: 1...(step % 50 == 0 ? size : 9), using: &generator)
                let last = min(first + length - 1, size - 1)
                map.insert(UInt64(first), through: UInt64(last), step)
                for index in first...last { array[index] = step }
            }
            var pieces = 0
            for index in array.indices {
                #expect(map.piece(at: UInt64(index))?.content == array[index])
                if array[index] != nil, index == 0 || array[index] != array[index - 1] {
                    pieces += 1
                }
            }
            // A piece that was cut in two by one that was replaced in turn stays two.
            #expect(map.count >= pieces)
            #expect(map.piece(at: UInt64(size)) == nil)
        }
    }
}
