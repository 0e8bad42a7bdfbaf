internal import CPerfEvent
internal import PerfmonModel
internal import PrivilegeSupport
internal import SystemPackage

/// Whether the kernel would let somebody open an event.
struct VerdictQuestion: Sendable {
    private let identity: ClientIdentity
    let attributes: perf_event_attr
    private let tid: Int32
    private let cpu: Int32

    /// Nanoseconds that a command waits for the answer.
    static let limit: UInt64 = 500_000_000

    init(_ identity: ClientIdentity, _ attributes: perf_event_attr, _ target: Target) {
        let placement = Placement(target)
        self.identity = identity
        self.attributes = attributes
        tid = placement.tid
        cpu = placement.cpuNumber
    }

    /// The lane of its asking: one process at a time acts as a user.
    var lane: UInt64 { UInt64(identity.uid) }

    /// Asks the kernel in the client's name, on any thread.
    ///
    /// - Returns: nil for yes, or the errno that the client would get; why it could not be found out.
    func ask() -> Result<Errno?, PfmError> {
        ClientProbe.lend { probe in
            do throws(PfmError) {
                return .success(try probe.verdict(identity, attributes, tid: tid, cpu: cpu))
            } catch {
                return .failure(error)
            }
        }
    }
}

extension VerdictQuestion: Hashable {
    static func == (left: VerdictQuestion, right: VerdictQuestion) -> Bool {
        left.identity == right.identity && left.tid == right.tid && left.cpu == right.cpu
            && withUnsafeBytes(of: left.attributes) { left in
                withUnsafeBytes(of: right.attributes) { left.elementsEqual($0) }
            }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(identity.uid)
        hasher.combine(tid)
        withUnsafeBytes(of: attributes) { hasher.combine(bytes: $0) }
    }
}
