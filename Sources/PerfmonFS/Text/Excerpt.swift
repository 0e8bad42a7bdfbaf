/// Parts of texts that clients wrote, which can be as long as a write: what is shown of them stays
/// short enough for a terminal.
enum Excerpt {
    /// A text without its middle when it is long. A message names what was written first and says
    /// at the end what is wrong with it, so both ends tell.
    static func ends(of text: String) -> String {
        let length = text.utf8.count
        guard length > endsLimit else { return text }
        return "\(text.prefix(endsLimit / 3)) ... \(text.suffix(endsLimit / 3))"
    }

    /// A line without what is far from the byte at `offset`, and where that byte stands in it.
    static func around(_ offset: Int, of line: String) -> (text: String, offset: Int) {
        let bytes = Array(line.utf8)
        guard bytes.count > lineLimit else { return (line, offset) }
        let start = offset > lineLimit / 2 ? min(offset - lineLimit / 4, bytes.count) : 0
        let end = min(start + lineLimit, bytes.count)
        let before = start > 0 ? "... " : ""
        let behind = end < bytes.count ? " ..." : ""
        let text = before + String(decoding: bytes[start..<end], as: UTF8.self) + behind
        return (text, offset - start + before.utf8.count)
    }

    private static let endsLimit = 480
    private static let lineLimit = 160
}
