/// Which bits of which configuration word a format word fills: a file in `format/`.
struct FormatField: Equatable {
    /// 0 `config`, 1 `config1`, 2 `config2`.
    let word: Int
    /// Runs of bits; the value's low bits go to the first.
    let runs: [ClosedRange<Int>]

    /// Reads `config:0-7,32`; nil when it is not of this form.
    init?(_ text: String) {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let word = ConfigWords.names.firstIndex(of: String(parts[0]))
        else { return nil }
        var runs: [ClosedRange<Int>] = []
        for run in parts[1].split(separator: ",") {
            let ends = run.split(separator: "-").compactMap { Int($0) }
            guard let low = ends.first, let high = ends.last, ends.count <= 2,
                low >= 0, low <= high, high < 64
            else { return nil }
            runs.append(low...high)
        }
        guard !runs.isEmpty else { return nil }
        self.word = word
        self.runs = runs
    }

    var width: Int {
        runs.reduce(0) { $0 + $1.count }
    }

    /// Puts a value into its bits, in place of what they held.
    ///
    /// - Returns: false when the value has more bits than the field.
    func insert(_ value: UInt64, into words: inout ConfigWords) -> Bool {
        guard width >= 64 || value >> UInt64(width) == 0 else { return false }
        var rest = value
        for run in runs {
            let mask = run.count == 64 ? UInt64.max : 1 << UInt64(run.count) - 1
            words[word] &= ~(mask << UInt64(run.lowerBound))
            words[word] |= (rest & mask) << UInt64(run.lowerBound)
            rest = run.count == 64 ? 0 : rest >> UInt64(run.count)
        }
        return true
    }
}

/// The configuration words of `perf_event_attr`.
struct ConfigWords: Hashable {
    static let names = ["config", "config1", "config2"]

    private var values: [UInt64] = [0, 0, 0]

    subscript(_ index: Int) -> UInt64 {
        get { values[index] }
        set { values[index] = newValue }
    }
}
