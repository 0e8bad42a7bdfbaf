import CFuse

/// Wakes one poll(2) on a file. It does not wake it when it is dropped.
package struct PollWaker: ~Copyable {
    private enum Sleeper {
        case kernel(OpaquePointer)
        case recorder(Unmanaged<ReplyRecorder>)
    }

    private let sleeper: Sleeper

    init(_ handle: OpaquePointer) {
        sleeper = .kernel(handle)
    }

    /// A waker that counts its wake-ups in a recorder, for tests.
    init(recorder: ReplyRecorder) {
        sleeper = .recorder(Unmanaged.passRetained(recorder))
    }

    deinit {
        switch sleeper {
        case .kernel(let handle): fuse_pollhandle_destroy(handle)
        case .recorder(let recorder): recorder.release()
        }
    }

    /// Makes the poller ask again which events are ready.
    ///
    /// The kernel takes no lock for this that a request can hold, so it is safe under the mount's
    /// lock and inside a handler.
    consuming func wake() {
        switch sleeper {
        case .kernel(let handle): fuse_lowlevel_notify_poll(handle)
        case .recorder(let recorder): recorder._withUnsafeGuaranteedRef { $0.wakes += 1 }
        }
    }
}
