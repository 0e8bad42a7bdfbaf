import PerfmonEngine
import PerfmonModel
import SystemPackage

/// The lines of one write(2), checked as a whole before the first is carried out.
struct WrittenLines {
    private let memory: UnsafeBufferPointer<UInt8>
    /// How many lines there are.
    let count: Int

    /// Looks at what was written.
    ///
    /// A last line without a newline counts, with one exception: C's stdio cuts what it writes at
    /// a page, so a write of whole pages that ends inside a line is the first piece of a longer
    /// text and must not be taken for the line.
    ///
    /// Throws EINVAL for an empty write and for bytes that are not text, E2BIG for more bytes
    /// than `limit` and for a piece of a longer text.
    init(of memory: UnsafeBufferPointer<UInt8>, limit: Int) throws(PfmError) {
        guard let last = memory.last else {
            throw PfmError(.invalidArgument, "nothing was written", hint: "write a line")
        }
        let isPiece = memory.count % Self.pageSize == 0 && last != Self.newline
        guard memory.count <= limit, !isPiece else {
            throw PfmError(
                .argListTooLong,
                "\(memory.count) bytes were written at once; the limit is \(limit)"
                    + (isPiece ? " and the last line must be whole" : ""),
                hint: "write fewer lines at once, or raise arg_mem_max"
            )
        }
        var lines = last == Self.newline ? 0 : 1
        for (index, byte) in memory.enumerated() where !Self.isText(byte) {
            guard byte == Self.newline else {
                throw PfmError(
                    .invalidArgument,
                    "byte \(index) of what was written is 0x\(String(byte, radix: 16)), "
                        + "which is not text",
                    hint: "write ASCII"
                )
            }
            lines += 1
        }
        self.memory = memory
        count = lines
    }

    /// Calls `body` with each line and its number, from 1, until it throws.
    func forEach(
        _ body: (_ line: CommandLine, _ number: Int) throws(PfmError) -> Void
    ) throws(PfmError) {
        var start = 0
        for number in 0..<count {
            let end = memory[start...].firstIndex(of: Self.newline) ?? memory.count
            let line = UnsafeBufferPointer(rebasing: memory[start..<end])
            try body(CommandLine(String(decoding: line, as: UTF8.self)), number + 1)
            start = end + 1
        }
    }

    /// The start of a refused write as it can be shown, and where the first byte is that is not
    /// text.
    static func excerpt(of memory: UnsafeBufferPointer<UInt8>) -> (text: String, offset: Int) {
        let start = memory.prefix(80)
        let shown = start.map { isText($0) ? $0 : UInt8(ascii: "?") }
        let offset = start.firstIndex { !isText($0) && $0 != newline }
        return (String(decoding: shown, as: UTF8.self), offset ?? 0)
    }

    private static let pageSize = 4096
    private static let newline = UInt8(ascii: "\n")

    private static func isText(_ byte: UInt8) -> Bool {
        (0x20...0x7e).contains(byte) || byte == UInt8(ascii: "\t")
    }
}
