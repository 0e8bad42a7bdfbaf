import LinuxSupport

/// The text of a file while it is rendered: bytes that grow at the end.
///
/// Appending does not allocate while the text fits the capacity, which it keeps between renderings.
struct TextBuffer: ~Copyable, @unchecked Sendable {
    // Nobody else has the memory.
    private var storage: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// Bytes of text so far.
    private(set) var count = 0

    /// Makes an empty buffer with room for `capacity` bytes.
    init(capacity: Int = 256) {
        self.capacity = max(capacity, 32)
        storage = .allocate(capacity: self.capacity)
    }

    deinit {
        storage.deallocate()
    }

    /// Gives the text as bytes for the time of `body`.
    borrowing func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        body(UnsafeBufferPointer(start: storage, count: count).span)
    }

    /// The text where it lies, until the next change.
    var memory: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: storage, count: count)
    }

    /// The text as a string.
    var text: String {
        String(decoding: UnsafeBufferPointer(start: storage, count: count), as: UTF8.self)
    }

    /// Forgets the text and keeps the memory.
    mutating func removeAll() {
        count = 0
    }

    /// Forgets the first `length` bytes and moves the others to the start.
    mutating func removeFirst(_ length: Int) {
        let dropped = min(max(length, 0), count)
        storage.update(from: storage + dropped, count: count - dropped)
        count -= dropped
    }

    /// Forgets what lies behind the first `length` bytes.
    mutating func truncate(to length: Int) {
        count = min(max(length, 0), count)
    }

    mutating func append(_ text: String) {
        let done: Void? = text.utf8.withContiguousStorageIfAvailable { copy($0) }
        if done == nil {
            for byte in text.utf8 {
                append(byte: byte)
            }
        }
    }

    mutating func append(_ text: Substring) {
        let done: Void? = text.utf8.withContiguousStorageIfAvailable { copy($0) }
        if done == nil {
            for byte in text.utf8 {
                append(byte: byte)
            }
        }
    }

    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { copy($0) }
    }

    mutating func append(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { copy($0) }
    }

    mutating func append(byte: UInt8) {
        reserve(1)
        storage[count] = byte
        count += 1
    }

    /// Appends the same byte several times; not at all when `times` is negative.
    mutating func append(_ byte: UInt8, times: Int) {
        guard times > 0 else { return }
        reserve(times)
        (storage + count).update(repeating: byte, count: times)
        count += times
    }

    /// Ends the line.
    mutating func newline() {
        append(byte: UInt8(ascii: "\n"))
    }

    /// Makes room for `length` more bytes.
    mutating func reserve(_ length: Int) {
        if capacity - count < length {
            grow(by: length)
        }
    }

    /// Appends the `digits` decimal digits of a number.
    mutating func append(digits: Int, of number: UInt64) {
        reserve(digits)
        Digits.write(decimal: number, digits: digits, to: storage + count)
        count += digits
    }

    /// Appends the `hexDigits` hexadecimal digits of a number.
    mutating func append(hexDigits digits: Int, of number: UInt64) {
        reserve(digits)
        Digits.write(hex: number, digits: digits, to: storage + count)
        count += digits
    }

    private mutating func copy(_ source: UnsafeBufferPointer<UInt8>) {
        guard let start = source.baseAddress, !source.isEmpty else { return }
        reserve(source.count)
        (storage + count).update(from: start, count: source.count)
        count += source.count
    }

    private mutating func grow(by length: Int) {
        let larger = max(capacity * 2, count + length)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        moved.update(from: storage, count: count)
        storage.deallocate()
        storage = moved
        capacity = larger
    }
}
