import PerfmonEngine
import SystemPackage

/// The lines of one write(2), checked as a whole before the first is carried out.
struct WrittenLines {
    let lines: [CommandLine]

    /// Splits what was written.
    ///
    /// A last line without a newline counts, with one exception: C's stdio cuts what it writes at
    /// a page, so a write of whole pages that ends inside a line is the first piece of a longer
    /// text and must not be taken for the line.
    ///
    /// Throws EINVAL for an empty write and for bytes that are not text, E2BIG for more bytes
    /// than `limit` and for a piece of a longer text.
    init(of bytes: Span<UInt8>, limit: Int) throws(PfmError) {
        guard bytes.count > 0 else {
            throw PfmError(.invalidArgument, "nothing was written", hint: "write a line")
        }
        let newline = UInt8(ascii: "\n")
        let isCut = bytes.count % Self.pageSize == 0 && bytes[bytes.count - 1] != newline
        guard bytes.count <= limit, !isCut else {
            throw PfmError(
                .argListTooLong,
                "the write is longer than \(isCut ? "one page" : "\(limit) bytes")",
                hint: "write fewer lines at once; arg_mem_max is the limit"
            )
        }
        lines = try bytes.withUnsafeBufferPointer { (memory) throws(PfmError) in
            try Self.split(memory)
        }
    }

    private static let pageSize = 4096

    private static func split(
        _ memory: UnsafeBufferPointer<UInt8>
    ) throws(PfmError) -> [CommandLine] {
        var lines: [CommandLine] = []
        var start = 0
        for (index, byte) in memory.enumerated() {
            if byte == UInt8(ascii: "\n") {
                lines.append(line(memory[start..<index]))
                start = index + 1
            } else if !isText(byte) {
                throw PfmError(
                    .invalidArgument,
                    "byte \(index) of the write is 0x\(String(byte, radix: 16)), which is not text",
                    hint: "write ASCII"
                )
            }
        }
        if start < memory.count {
            lines.append(line(memory[start...]))
        }
        return lines
    }

    private static func line(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> CommandLine {
        CommandLine(String(decoding: bytes, as: UTF8.self))
    }

    private static func isText(_ byte: UInt8) -> Bool {
        (0x20...0x7e).contains(byte) || byte == UInt8(ascii: "\t")
    }
}
