import CFuse
package import LinuxSupport
package import SystemPackage

/// One write(2). It is answered exactly once; a request that is dropped is answered with EIO.
package struct WriteRequest: ~Copyable {
    /// The written bytes. Valid only in the handler, also when the request is parked.
    package let bytes: UnsafeBufferPointer<UInt8>
    /// The writer.
    package let client: Client
    private let answer: Reply

    init(_ request: fuse_req_t, bytes: UnsafeBufferPointer<UInt8>, client: Client) {
        self.bytes = bytes
        self.client = client
        answer = Reply(to: request)
    }

    /// A request whose answer goes to a recorder, for tests.
    init(_ bytes: UnsafeBufferPointer<UInt8>, recorder: ReplyRecorder) {
        self.bytes = bytes
        client = recorder.client
        answer = Reply(to: recorder)
    }

    /// Answers that all bytes were written.
    package consuming func reply() {
        answer.send(written: bytes.count)
    }

    /// Answers with an error.
    package consuming func fail(_ code: Errno) {
        answer.fail(afterWrite: code)
    }

    /// Parks the request until its lookups are done.
    ///
    /// - Parameter goOn: gets the request again; its bytes are not valid any more.
    package consuming func park(_ goOn: @escaping (consuming WriteRequest) -> Void) {
        guard case .kernel(let request) = answer.receiver else {
            return fail(.resourceTemporarilyUnavailable)
        }
        let parking = FileSystem.of(request).takeUnretainedValue().parking
        let write = ParkedWrite(self)
        parking.park { ending in
            guard let request = write.take() else { return }
            if case .unmounted = ending {
                request.fail(ending.code)
            } else {
                goOn(request)
            }
        }
    }
}

/// A parked write.
private final class ParkedWrite {
    private var request: WriteRequest?

    init(_ request: consuming WriteRequest) {
        self.request = consume request
    }

    func take() -> WriteRequest? {
        request.take()
    }
}
