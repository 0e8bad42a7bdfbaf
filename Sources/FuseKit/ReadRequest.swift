import CFuse
package import LinuxSupport
package import SystemPackage

/// One read(2). It is answered exactly once; a request that is dropped is answered with EIO.
package struct ReadRequest: ~Copyable {
    /// Bytes from the start of the file.
    package let offset: Int
    /// The largest reply, in bytes.
    package let size: Int
    /// The file is in non-blocking mode (O_NONBLOCK).
    package let isNonBlocking: Bool
    /// The number of the request while it is parked in a queue; 0 otherwise.
    private var number: UInt64 = 0
    private let answer: Reply

    init(_ request: fuse_req_t, offset: Int, size: Int, isNonBlocking: Bool) {
        self.offset = offset
        self.size = size
        self.isNonBlocking = isNonBlocking
        answer = Reply(to: request)
    }

    /// A request whose answer goes to a recorder, for tests.
    init(
        offset: Int = 0,
        size: Int = 4096,
        isNonBlocking: Bool = false,
        recorder: ReplyRecorder
    ) {
        self.offset = offset
        self.size = size
        self.isNonBlocking = isNonBlocking
        answer = Reply(to: recorder)
    }

    /// The reader. Its supplementary groups are available until the request is answered.
    package var client: Client {
        switch answer.receiver {
        case .kernel(let request): FileSystem.client(of: request)
        case .recorder(let recorder): recorder._withUnsafeGuaranteedRef { $0.client }
        }
    }

    /// Answers with the first `size` of these bytes; none means the end of the file.
    package consuming func reply(_ bytes: Span<UInt8>) {
        let size = size
        unlist()
        let memory = bytes.withUnsafeBufferPointer { $0 }
        answer.send(.init(rebasing: memory.prefix(size)))
    }

    /// Answers with the requested part of the content. `start` is the offset of its first byte in
    /// the file.
    package consuming func reply(from memory: UnsafeBufferPointer<UInt8>, startingAt start: Int) {
        let first = min(max(offset - start, 0), memory.count)
        let length = min(size, memory.count - first)
        unlist()
        answer.send(.init(rebasing: memory[first..<first + length]))
    }

    /// Answers with an error.
    package consuming func fail(_ code: Errno) {
        unlist()
        answer.fail(code)
    }

    /// Names the request while it waits.
    var id: UInt {
        switch answer.receiver {
        case .kernel(let request): UInt(bitPattern: request)
        case .recorder(let recorder): UInt(bitPattern: recorder.toOpaque())
        }
    }

    /// Enables interrupts of a request that is parked in `queue`. Returns whether the reader was
    /// interrupted before.
    mutating func list(in queue: WaitQueue) -> Bool {
        guard number == 0, case .kernel(let request) = answer.receiver else { return false }
        guard fuse_req_interrupted(request) == 0 else { return true }
        let requests = FileSystem.of(request).takeUnretainedValue().parking.requests
        number = requests.park(for: nil) { [id] ending in queue.fail(id, with: ending.code) }
        FileSystem.watchInterrupt(of: request, number: number)
        return false
    }

    private func unlist() {
        if number != 0, case .kernel(let request) = answer.receiver {
            FileSystem.of(request).takeUnretainedValue().parking.requests.forget(number)
        }
    }

    /// Parks the request until its lookups are done; `handle` then gets it again.
    package consuming func park(for handle: any FileHandle) {
        guard case .kernel(let request) = answer.receiver else {
            return fail(.resourceTemporarilyUnavailable)
        }
        let parking = FileSystem.of(request).takeUnretainedValue().parking
        let read = ParkedRead(self, handle: handle)
        parking.park { ending in
            guard let request = read.take() else { return }
            if case .unmounted = ending {
                request.fail(ending.code)
            } else {
                handle.read(request)
            }
        }
    }
}
