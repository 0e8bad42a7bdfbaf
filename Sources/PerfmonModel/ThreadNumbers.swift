internal import CLinux
internal import Glibc
package import LinuxSupport
internal import SystemPackage

/// Numbers of threads as a client means them and sees them: a container has a pid namespace of its
/// own, in which threads have other numbers than here.
///
/// Every number that a client writes goes through `ours`, and every one that it is shown through
/// `theirs`.
package final class ThreadNumbers: Sendable {
    private enum Place {
        /// The client counts as we do.
        case here
        /// The client lives in this namespace below ours.
        case below(OwnedNamespace)
        /// The client cannot be looked at.
        case elsewhere
    }

    private let place: Place
    /// False leaves the kernel's own translation out, as before Linux 6.11; for tests.
    private let asksKernel: Bool

    /// Numbers as they are here.
    package static let here = ThreadNumbers(.here)
    private static let elsewhere = ThreadNumbers(.elsewhere)
    private static let ownNamespace = Namespace.pid(of: getpid())

    private init(_ place: Place, asksKernel: Bool = true) {
        self.place = place
        self.asksKernel = asksKernel
    }

    /// The numbers of a client that waits for an answer.
    package static func of(_ client: Client) -> ThreadNumbers {
        of(client, asksKernel: true)
    }

    static func of(_ client: Client, asksKernel: Bool) -> ThreadNumbers {
        guard client.tid > 0, let namespace = Namespace.pid(of: client.tid), let ownNamespace
        else { return elsewhere }
        if namespace == ownNamespace { return here }
        let descriptor = open("/proc/\(client.tid)/ns/pid", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return elsewhere }
        return ThreadNumbers(
            .below(OwnedNamespace(descriptor: descriptor, identity: namespace)),
            asksKernel: asksKernel
        )
    }

    /// Our number of the thread that the client calls by this one.
    ///
    /// - Throws: ESRCH when there is none, EPERM when the client's namespace cannot be looked at.
    package func ours(_ number: Int32) throws(PfmError) -> Int32 {
        switch place {
        case .here: return number
        case .elsewhere:
            throw PfmError(
                .notPermitted,
                "the pid namespace of the command cannot be looked at, so nobody knows which "
                    + "thread \(number) is",
                hint: "run pfmfs as root, in the pid namespace of the whole machine",
                subject: String(number)
            )
        case .below(let namespace):
            var found =
                asksKernel
                ? clinux_thread_from_namespace(namespace.descriptor, number) : -1
            if found < 0, !asksKernel || errno == ENOTTY || errno == EINVAL {
                found = namespace.thread(named: number) ?? -1
            }
            guard found > 0 else {
                throw PfmError(
                    .noSuchProcess,
                    "there is no thread \(number) in the pid namespace of the command",
                    subject: String(number)
                )
            }
            return found
        }
    }

    /// The client's number of one of our threads; 0 when it has none for it, as the kernel says it.
    package func theirs(_ tid: Int32) -> Int32 {
        switch place {
        case .here: return tid
        case .elsewhere: return 0
        case .below(let namespace):
            let found = asksKernel ? clinux_thread_in_namespace(namespace.descriptor, tid) : -1
            if found < 0, !asksKernel || errno == ENOTTY || errno == EINVAL {
                return namespace.name(ofThread: tid) ?? 0
            }
            return max(found, 0)
        }
    }
}

/// A pid namespace that is kept from going while somebody translates its numbers.
private final class OwnedNamespace: Sendable {
    let descriptor: Int32
    private let identity: UInt64

    init(descriptor: Int32, identity: UInt64) {
        self.descriptor = descriptor
        self.identity = identity
    }

    deinit {
        close(descriptor)
    }

    /// Looks through all threads for the one of this number in the namespace itself; in the
    /// namespaces below it none is found.
    func thread(named number: Int32) -> Int32? {
        for process in Self.numbers(in: "/proc") where Namespace.pid(of: process) == identity {
            for tid in Self.numbers(in: "/proc/\(process)/task")
            where Self.innermostNumber(of: tid) == number {
                return tid
            }
        }
        return nil
    }

    func name(ofThread tid: Int32) -> Int32? {
        Namespace.pid(of: tid) == identity ? Self.innermostNumber(of: tid) : nil
    }

    private static func innermostNumber(of tid: Int32) -> Int32? {
        ThreadStatus(ofThread: tid)?.innermostNumber
    }

    private static func numbers(in path: String) -> [Int32] {
        ((try? KernelFiles().entries(path)) ?? []).compactMap { Int32($0) }
    }
}
