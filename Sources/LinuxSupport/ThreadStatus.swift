/// `/proc/TID/status`: what the kernel says of a thread, a field a line.
package struct ThreadStatus {
    private let text: [UInt8]

    /// Reads the file; nil when there is no such thread.
    package init?(ofThread tid: Int32) {
        guard tid > 0, let text = ProcessFile.bytes("/proc/\(tid)/status") else { return nil }
        self.text = text
    }

    /// Takes the text of such a file.
    package init(_ text: String) {
        self.text = Array(text.utf8)
    }

    /// Of this thread itself.
    package static var ofThisThread: ThreadStatus? {
        ProcessFile.text("/proc/thread-self/status").map { ThreadStatus($0) }
    }

    /// The value of a field, such as `Uid`, without the white space around it; nil when there is
    /// no such field.
    package subscript(_ name: String) -> String? {
        value(name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The numbers of a field.
    package func numbers<Number: FixedWidthInteger>(_ name: String) -> [Number] {
        (value(name) ?? []).split(whereSeparator: Self.isBlank)
            .compactMap { Number(String(decoding: $0, as: UTF8.self)) }
    }

    /// The first number of a field; nil when it has none.
    package func number<Number: FixedWidthInteger>(_ name: String) -> Number? {
        let all: [Number] = numbers(name)
        return all.first
    }

    /// A field that holds bits, as capabilities and signals do; none when it is not there.
    package func bits(_ name: String) -> UInt64 {
        self[name].flatMap { UInt64($0, radix: 16) } ?? 0
    }

    /// The thread's process; nil when the text is none of a thread.
    package var processID: Int32? { number("Tgid") }

    /// The thread's number in the pid namespace that it lives in.
    package var innermostNumber: Int32? {
        let all: [Int32] = numbers("NSpid")
        return all.last
    }

    /// The letter of the thread's state: `t` stopped by its tracer, `T` by a signal, `Z` ended.
    package var state: Character? { self["State"]?.first }

    /// Whether a signal waits for the thread.
    package func hasPending(_ signal: Int32) -> Bool {
        bits("SigPnd") >> UInt64(signal - 1) & 1 != 0
    }

    /// Whether the thread keeps a signal off.
    package func blocks(_ signal: Int32) -> Bool {
        bits("SigBlk") >> UInt64(signal - 1) & 1 != 0
    }

    private func value(_ name: String) -> ArraySlice<UInt8>? {
        var rest = text[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            let line = rest[..<end]
            let length = name.utf8.count
            if line.count > length, line[line.startIndex + length] == UInt8(ascii: ":"),
                line.starts(with: name.utf8)
            {
                let value = line.dropFirst(length + 1).drop(while: Self.isBlank)
                let last = value.lastIndex { !Self.isBlank($0) }
                return last.map { value[...$0] } ?? []
            }
            rest = rest[end...].dropFirst()
        }
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }
}
