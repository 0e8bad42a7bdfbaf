/// Lists of CPU numbers as the kernel writes them: `0-3,8`.
package enum CPUNumbers {
    /// Reads a list; parts that are not understood are left out.
    package static func parse(_ text: some StringProtocol) -> [Int] {
        text.split(separator: ",").flatMap { part -> [Int] in
            let ends = part.split { $0 == "-" || $0.isWhitespace }.compactMap { Int($0) }
            return switch ends.count {
            case 1: [ends[0]]
            case 2 where ends[0] <= ends[1]: Array(ends[0]...ends[1])
            default: []
            }
        }
    }

    /// Writes an ascending list, runs of numbers as ranges.
    package static func text(_ numbers: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = ranges.last, last.upperBound + 1 == number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map {
            $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
        }.joined(separator: ",")
    }
}
