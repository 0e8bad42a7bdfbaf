import CFuse

/// Wakes one poll(2) that waits on a file; given up without waking when it is dropped.
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
    /// The kernel only wakes a queue for this; it takes no lock that a request could hold, so it
    /// is safe under the mount's lock and inside a handler.
    consuming func wake() {
        switch sleeper {
        case .kernel(let handle): fuse_lowlevel_notify_poll(handle)
        case .recorder(let recorder): recorder._withUnsafeGuaranteedRef { $0.wakes += 1 }
        }
    }
}
