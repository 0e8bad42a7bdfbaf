import CFuse

/// libfuse's session, for as long as anybody may use it.
final class Connection: Sendable {
    nonisolated(unsafe) let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        fuse_session_destroy(pointer)
    }
}
