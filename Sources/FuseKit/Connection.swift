import CFuse

/// Owns libfuse's session; destroys it with the last reference.
final class Connection: Sendable {
    nonisolated(unsafe) let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        fuse_session_destroy(pointer)
    }
}
