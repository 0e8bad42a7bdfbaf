/// Text as the kernel keeps it: the name of a thread or a file can hold every byte but zero, and
/// need not be UTF-8.
package struct ByteString: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    package init(_ text: String) {
        bytes = Array(text.utf8)
    }
}

extension ByteString: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        self.init(text)
    }
}

extension ByteString: CustomStringConvertible {
    /// As text; what is not UTF-8 is replaced.
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}
