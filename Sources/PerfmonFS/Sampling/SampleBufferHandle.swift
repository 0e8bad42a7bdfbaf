import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// An open `buffer`: the sampling buffer as it lies in memory. The kernel asks only for pages that
/// it does not have.
final class SampleBufferHandle: FileHandle {
    private let subject: SamplingNode

    /// - Throws: EACCES when the file is opened for writing.
    init(_ subject: SamplingNode, _ flags: OpenFlags) throws(PfmError) {
        // Root passes the kernel's check of the mode.
        guard !flags.contains(.write) else {
            throw PfmError(
                .permissionDenied,
                "the buffer can only be read",
                hint: "open it O_RDONLY and map it PROT_READ"
            )
        }
        self.subject = subject
        subject.pages.opened()
    }

    func read(_ request: consuming ReadRequest) {
        subject.pages.reply(to: request)
    }

    func poll(_ waker: consuming PollWaker?) -> PollEvents {
        .readable
    }

    func release() {
        subject.pages.closed()
    }
}
