extension [UInt64] {
    /// The index of the first element of a sorted array for which a condition holds.
    func partitioningIndex(where holds: (UInt64) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
