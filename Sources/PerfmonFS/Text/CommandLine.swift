/// One line that was written to a file, without its newline.
///
/// The text is printable ASCII and tabs: anything else was refused before.
struct CommandLine: Sendable, Equatable {
    /// One word of a line.
    struct Word: Sendable, Equatable {
        let text: String
        /// Bytes from the start of the line.
        let offset: Int
    }

    let text: String

    init(_ text: String) {
        self.text = text
    }

    /// The words of the line: runs of anything but blanks and tabs.
    var words: [Word] {
        var found: [Word] = []
        let bytes = text.utf8
        var index = bytes.startIndex
        while index != bytes.endIndex {
            guard !Self.isBlank(bytes[index]) else {
                bytes.formIndex(after: &index)
                continue
            }
            let start = index
            while index != bytes.endIndex, !Self.isBlank(bytes[index]) {
                bytes.formIndex(after: &index)
            }
            found.append(
                Word(
                    text: String(text[start..<index]),
                    offset: bytes.distance(from: bytes.startIndex, to: start)
                )
            )
        }
        return found
    }

    /// The text without the blanks and tabs at both ends.
    var trimmed: String {
        let bytes = text.utf8
        if let first = bytes.first, let last = bytes.last, !Self.isBlank(first),
            !Self.isBlank(last)
        {
            return text
        }
        guard let first = bytes.firstIndex(where: { !Self.isBlank($0) }),
            let last = bytes.lastIndex(where: { !Self.isBlank($0) })
        else { return "" }
        return String(text[first...last])
    }

    /// Bytes from the start of the line to the word at fault: a whole word before a part of one;
    /// 0 when the text does not hold it.
    func offset(of subject: String?) -> Int {
        guard let subject, !subject.isEmpty else { return 0 }
        if let word = words.first(where: { $0.text == subject }) {
            return word.offset
        }
        let line = Array(text.utf8)
        let wanted = Array(subject.utf8)
        guard line.count >= wanted.count else { return 0 }
        let place = (0...line.count - wanted.count).first { start in
            line[start..<start + wanted.count].elementsEqual(wanted)
        }
        return place ?? 0
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }
}
