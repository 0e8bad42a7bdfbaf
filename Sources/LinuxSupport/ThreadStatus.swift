/// The fields of `/proc/TID/status`.
package enum ThreadStatus {
    /// The value of a field, such as `Uid`, without the white space around it; nil when the thread
    /// does not exist or has no such field.
    package static func field(_ name: String, ofThread tid: Int32) -> String? {
        ProcessFile.text("/proc/\(tid)/status").flatMap { field(name, in: $0) }
    }

    /// The value of a field in the text of such a file.
    package static func field(_ name: String, in status: String) -> String? {
        let lines = status.utf8.split(separator: UInt8(ascii: "\n"))
        let label = Array("\(name):".utf8)
        guard let line = lines.first(where: { $0.starts(with: label) }) else { return nil }
        let blanks = [UInt8(ascii: " "), UInt8(ascii: "\t")]
        let value = line.dropFirst(label.count).drop { blanks.contains($0) }
        let end = value.lastIndex { !blanks.contains($0) }
        return end.flatMap { String(value[...$0]) } ?? ""
    }
}
