@testable import FuseKit
import Glibc
internal import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
import SystemPackage

extension FileHandle {
    /// Reads and returns the recorder that gets the answer.
    @discardableResult
    func recordRead(
        at offset: Int = 0,
        size: Int = 4096,
        uid: UInt32 = 0,
        isNonBlocking: Bool = false
    ) -> ReplyRecorder {
        let recorder = ReplyRecorder(client: Client(uid: uid, gid: 0, tid: getpid()))
        read(
            ReadRequest(
                offset: offset,
                size: size,
                isNonBlocking: isNonBlocking,
                recorder: recorder
            )
        )
        return recorder
    }

    /// The text of a read that is answered at once; nil when it failed or waits.
    func readText(at offset: Int = 0, size: Int = 4096, uid: UInt32 = 0) -> String? {
        recordRead(at: offset, size: size, uid: uid).text
    }

    /// Writes a text; returns what it failed with.
    func writeText(
        _ text: String,
        by client: Client = Client(uid: 0, gid: 0, tid: getpid())
    ) -> Errno? {
        let recorder = ReplyRecorder(client: client)
        Array(text.utf8).withUnsafeBufferPointer { write(WriteRequest($0, recorder: recorder)) }
        return recorder.failure
    }
}

extension ReplyRecorder {
    /// What the request failed with; nil when it did not or waits.
    var failure: Errno? {
        guard case .failure(let code) = result else { return nil }
        return code
    }
}
