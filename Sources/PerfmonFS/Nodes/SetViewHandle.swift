import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// An open `view`: a read at offset 0 takes a snapshot, later ones go on in it.
final class SetViewHandle: FileHandle {
    private let subject: SetSubject
    private var snapshot: [UInt8] = []

    init(_ subject: SetSubject) {
        self.subject = subject
    }

    func read(_ request: consuming ReadRequest) {
        guard !subject.isGone else { return request.fail(.removed) }
        if request.offset == 0 || snapshot.isEmpty {
            do throws(PfmError) {
                let result = try subject.node.perform(.viewSet(subject.id), by: request.client)
                guard case .view(let bytes) = result else { return request.fail(.ioError) }
                snapshot = bytes
            } catch {
                return request.fail(error.code)
            }
        }
        let first = min(max(request.offset, 0), snapshot.count)
        let part = Array(snapshot.dropFirst(first).prefix(request.size))
        request.reply(part.span)
    }

    func poll(_ waker: consuming PollWaker?) -> PollEvents {
        .readable
    }

    func release() {}
}
