/// Names as they may stand in folded stacks: one stack is one line of words with semicolons between
/// them.
enum FoldedName {
    /// What stands outermost in a stack of which the kernel has left the outer part out.
    static let truncated = "[truncated]"

    /// Text without what has a meaning in a line, or for the terminal that shows it: a semicolon
    /// becomes a colon, a control character a question mark.
    static func plain(_ bytes: some Collection<UInt8>) -> String {
        var text = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x3b: text.unicodeScalars.append(":")
            // Those of ASCII, those behind it, and the separators of lines and paragraphs.
            case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029: text.unicodeScalars.append("?")
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    static func plain(_ text: String) -> String {
        plain(text.utf8)
    }
}
