/// How unlike two words are.
enum EditDistance {
    /// Bytes to insert, delete or replace to make one word of the other.
    static func between(_ first: String, _ second: String) -> Int {
        let columns = Array(second.utf8)
        var row = Array(0...columns.count)
        for (index, byte) in first.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in columns.enumerated() {
                let replaced = diagonal + (byte == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[columns.count]
    }
}
