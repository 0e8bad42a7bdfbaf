import PerfmonEngine
import PerfmonModel
import SystemPackage

/// The lines of one write(2), checked as a whole before the first is carried out.
struct WrittenLines {
    /// Where the bytes are that are left: in the request, or in a copy.
    private enum Storage {
        case request(UnsafeBufferPointer<UInt8>)
        case copy([UInt8])
    }

    private var storage: Storage
    /// Where the next line begins, and where the one before it did.
    private var start = 0
    private var lastStart = 0
    /// Lines that were taken.
    private var taken = 0
    /// How many lines there are.
    let count: Int
    /// Lines of the same batch that came with earlier writes.
    var before = 0

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
        storage = .request(memory)
        count = lines
    }

    /// The next line, with its number in the batch from 1, or 0 when it is the only one; nil behind
    /// the last.
    mutating func next() -> (line: CommandLine, number: Int)? {
        guard taken < count else { return nil }
        let text =
            switch storage {
            case .request(let memory): takeLine(memory)
            case .copy(let bytes): bytes.withUnsafeBufferPointer { takeLine($0) }
            }
        taken += 1
        return (CommandLine(text), before + count > 1 ? before + taken : 0)
    }

    /// Makes `next` return the last line again, also when the request's memory is gone.
    mutating func keepFromLast() {
        switch storage {
        case .request(let memory): storage = .copy(Array(memory[lastStart...]))
        case .copy(let bytes): storage = .copy(Array(bytes[lastStart...]))
        }
        start = 0
        taken -= 1
    }

    private mutating func takeLine(_ memory: UnsafeBufferPointer<UInt8>) -> String {
        let end = memory[start...].firstIndex(of: Self.newline) ?? memory.count
        let line = UnsafeBufferPointer(rebasing: memory[start..<end])
        lastStart = start
        start = end + 1
        return String(decoding: line, as: UTF8.self)
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
