package import CPrivilege
internal import Glibc
internal import LinuxSupport
package import PerfmonModel
package import SystemPackage

/// Acts as clients: a process takes on a client's identity and opens what the client wants opened.
/// About 20 microseconds.
package final class ClientProbe {
    private var probe: PrivilegeKeeper.Probe?

    /// Those that wait for work.
    private static let idle = Guarded<[ClientProbe]>([])

    package init() {}

    /// Lends a probe that nobody else uses meanwhile.
    package static func lend<Result>(_ body: (ClientProbe) -> Result) -> Result {
        let probe = idle.withLock { $0.popLast() } ?? ClientProbe()
        defer { idle.withLock { $0.append(probe) } }
        return body(probe)
    }

    deinit {
        end()
    }

    /// Asks the kernel whether a client itself could open an event; nothing is kept.
    ///
    /// - Returns: the errno that the client would get; nil when it may open the event.
    /// - Throws: EPERM when this program cannot take on other identities, EAGAIN when the answer
    ///   did not come.
    package func verdict(
        _ identity: ClientIdentity,
        _ attributes: perf_event_attr,
        tid: Int32,
        cpu: Int32
    ) throws(PfmError) -> Errno? {
        var request = request(CPERF_PROBE_EVENT, identity)
        request.tid = tid
        request.cpu = cpu
        request.attr = attributes
        return try answer(to: &request, as: identity, patience: 500).code
    }

    /// Opens a regular file for reading as a client.
    ///
    /// - Returns: nil when the client may not open it.
    func open(
        _ path: String,
        followsLinks: Bool,
        as identity: ClientIdentity
    ) throws(PfmError) -> OwnedDescriptor? {
        var request = request(CPERF_PROBE_FILE, identity)
        request.follows_links = followsLinks ? 1 : 0
        guard path.utf8.count < MemoryLayout.size(ofValue: request.path) else { return nil }
        withUnsafeMutableBytes(of: &request.path) { $0.copyBytes(from: path.utf8) }
        // A file may lie where it takes long to find.
        let file = try answer(to: &request, as: identity, patience: 5000).file
        return file < 0 ? nil : OwnedDescriptor(owning: file)
    }

    private func request(
        _ kind: cperf_probe_kind,
        _ identity: ClientIdentity
    ) -> cperf_probe_request {
        var request = cperf_probe_request()
        request.kind = kind.rawValue
        request.uid = identity.uid
        request.gid = identity.gid
        request.capabilities = identity.capabilities
        withUnsafeMutableBytes(of: &request.groups) { bytes in
            let kept = identity.groups.prefix(Int(CPERF_PROBE_GROUPS))
            request.group_count = UInt32(kept.count)
            for (index, group) in kept.enumerated() {
                bytes.storeBytes(of: group, toByteOffset: 4 * index, as: UInt32.self)
            }
        }
        return request
    }

    private func answer(
        to request: inout cperf_probe_request,
        as identity: ClientIdentity,
        patience: Int
    ) throws(PfmError) -> (code: Errno?, file: Int32) {
        guard geteuid() == 0 || identity.uid == geteuid() else {
            throw PfmError(
                .notPermitted,
                "pfmfs runs as uid \(geteuid()) and monitors for this user only"
            )
        }
        guard let probe = probe ?? PrivilegeKeeper.shared.startProbe() else {
            throw PfmError(Errno(rawValue: errno), "the permission check could not be started")
        }
        self.probe = probe
        var answer = cperf_probe_answer()
        var file: Int32 = -1
        var wait = ProbeWait(process: probe.process, slices: patience / Int(ProbeWait.slice))
        let code = cperf_probe_ask(
            probe.socket,
            &request,
            &answer,
            ProbeWait.slice,
            { context in
                context?.assumingMemoryBound(to: ProbeWait.self).pointee.goesOn() == true ? 1 : 0
            },
            &wait,
            &file
        )
        guard code == 0 else {
            end()
            throw PfmError(
                .resourceTemporarilyUnavailable,
                "the permission check was interrupted",
                hint: "try again"
            )
        }
        guard answer.identity_error == 0 else {
            throw PfmError(
                .notPermitted,
                "pfmfs may not act as uid \(identity.uid) to check its permissions",
                hint: "pfmfs needs CAP_SETUID and CAP_SETGID to serve other users"
            )
        }
        return (answer.open_error == 0 ? nil : Errno(rawValue: answer.open_error), file)
    }

    private func end() {
        guard let probe else { return }
        self.probe = nil
        close(probe.socket)
        // It ends by itself when the socket closes, unless somebody halted it.
        kill(probe.process, SIGKILL)
        guard probe.isOwn else { return }
        let anyChild = Int32(bitPattern: UInt32(0x4000_0000))
        while waitpid(probe.process, nil, anyChild) < 0, errno == EINTR {}
    }
}

/// How long to wait for a probe. The client can halt the process while it bears the client's uid;
/// nobody else is to wait for that.
private struct ProbeWait {
    let process: Int32
    var slices: Int

    /// Milliseconds between two looks.
    static let slice: Int32 = 10

    mutating func goesOn() -> Bool {
        slices -= 1
        let state = ThreadStatus(ofThread: process)?.state
        return slices > 0 && state != "T" && state != "t" && state != nil
    }
}
