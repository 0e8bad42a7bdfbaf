import CFuse
import Glibc
import LinuxSupport
import SystemPackage

/// The reply to one request. It is sent exactly once; EIO if it is dropped.
struct Reply: ~Copyable {
    /// Where the reply goes.
    enum Receiver {
        case kernel(fuse_req_t)
        /// To a recorder, in tests.
        case recorder(Unmanaged<ReplyRecorder>)
    }

    let receiver: Receiver

    init(to request: fuse_req_t) {
        receiver = .kernel(request)
    }

    init(to recorder: ReplyRecorder) {
        receiver = .recorder(Unmanaged.passRetained(recorder))
    }

    deinit {
        Self.send(.ioError, to: receiver)
    }

    consuming func fail(_ code: Errno) {
        Self.send(code, to: receiver)
        discard self
    }

    /// Answers a write that succeeded.
    ///
    /// The entries that the write has removed are invalidated first, so that the client does not
    /// find them any more.
    consuming func send(written count: Int) {
        switch receiver {
        case .kernel(let request):
            FileSystem.of(request)._withUnsafeGuaranteedRef { fileSystem in
                fileSystem.parking.afterInvalidation { fuse_reply_write(request, count) }
            }
        case .recorder(let recorder):
            recorder.takeRetainedValue().result = .success([])
        }
        discard self
    }

    /// Answers a write that failed, possibly after it has removed entries.
    consuming func fail(afterWrite code: Errno) {
        switch receiver {
        case .kernel(let request):
            FileSystem.of(request)._withUnsafeGuaranteedRef { fileSystem in
                fileSystem.parking.afterInvalidation { fuse_reply_err(request, code.rawValue) }
            }
        case .recorder(let recorder):
            recorder.takeRetainedValue().result = .failure(code)
        }
        discard self
    }

    /// Answers a read with these bytes.
    consuming func send(_ bytes: UnsafeBufferPointer<UInt8>) {
        switch receiver {
        case .kernel(let request):
            _ = bytes.withMemoryRebound(to: CChar.self) {
                fuse_reply_buf(request, $0.baseAddress, $0.count)
            }
        case .recorder(let recorder):
            recorder.takeRetainedValue().result = .success(Array(bytes))
        }
        discard self
    }

    private static func send(_ code: Errno, to receiver: Receiver) {
        switch receiver {
        case .kernel(let request):
            fuse_reply_err(request, code.rawValue)
        case .recorder(let recorder):
            recorder.takeRetainedValue().result = .failure(code)
        }
    }
}

/// Records the reply to a request that does not come from the kernel, for tests.
package final class ReplyRecorder {
    /// The client.
    let client: Client
    /// The reply; nil while the request is parked.
    var result: Result<[UInt8], Errno>?
    /// How often a poll on the file was woken.
    var wakes = 0

    init(client: Client = Client(uid: 0, gid: 0, tid: getpid())) {
        self.client = client
    }

    /// The text that was answered.
    var text: String? {
        guard case .success(let bytes) = result else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
