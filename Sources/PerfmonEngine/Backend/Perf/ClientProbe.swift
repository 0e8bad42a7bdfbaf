internal import CPerfEvent
internal import Glibc
internal import SystemPackage

/// Asks the kernel whether a client itself could open an event: a process takes on the client's
/// identity, opens the event and tells the errno. About 20 microseconds; nothing is kept.
final class ClientProbe {
    private var process: Int32 = -1
    private var socket: Int32 = -1
    /// Milliseconds to wait for an answer. The client can halt the process while it bears the
    /// client's uid, so it may never come.
    private let patience: Int32 = 500

    deinit {
        end()
    }

    /// - Returns: the errno that the client would get; nil when it may open the event.
    /// - Throws: EPERM when this program cannot take on other identities, EAGAIN when the answer
    ///   did not come.
    func verdict(
        _ identity: ClientIdentity,
        _ attributes: perf_event_attr,
        tid: Int32,
        cpu: Int32
    ) throws(PfmError) -> Errno? {
        guard geteuid() == 0 else {
            guard identity.uid == geteuid() else {
                throw PfmError(
                    .notPermitted,
                    "pfmfs runs as uid \(geteuid()) and monitors for this user only"
                )
            }
            return nil
        }
        if socket < 0 {
            process = cperf_probe_spawn(&socket)
            guard process >= 0 else {
                socket = -1
                throw PfmError(Errno(rawValue: errno), "the permission check could not be started")
            }
        }
        var request = cperf_probe_request()
        request.uid = identity.uid
        request.gid = identity.gid
        request.capabilities = identity.capabilities
        request.tid = tid
        request.cpu = cpu
        request.attr = attributes
        withUnsafeMutableBytes(of: &request.groups) { bytes in
            let kept = identity.groups.prefix(Int(CPERF_PROBE_GROUPS))
            request.group_count = UInt32(kept.count)
            for (index, group) in kept.enumerated() {
                bytes.storeBytes(of: group, toByteOffset: 4 * index, as: UInt32.self)
            }
        }
        guard let answer = exchange(request) else {
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
        return answer.open_error == 0 ? nil : Errno(rawValue: answer.open_error)
    }

    private func exchange(_ request: cperf_probe_request) -> cperf_probe_answer? {
        var request = request
        var answer = cperf_probe_answer()
        let size = MemoryLayout<cperf_probe_request>.size
        guard send(socket, &request, size, Int32(MSG_NOSIGNAL)) == size else { return nil }
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, patience) == 1 else { return nil }
        let answerSize = MemoryLayout<cperf_probe_answer>.size
        return recv(socket, &answer, answerSize, 0) == answerSize ? answer : nil
    }

    private func end() {
        guard socket >= 0 else { return }
        close(socket)
        socket = -1
        // It ends by itself when the socket closes, unless somebody halted it.
        kill(process, SIGKILL)
        while waitpid(process, nil, Int32(bitPattern: UInt32(0x4000_0000))) < 0, errno == EINTR {}
    }
}
