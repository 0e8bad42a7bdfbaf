internal import PerfmonEngine
internal import PerfmonModel
internal import SystemPackage

/// Rings on all CPUs for what processes do: a process that is sampled on one CPU can have made
/// itself another program on any other.
final class ProcessFollowers {
    private var outputs: [Int: PerfOutput] = [:]

    /// Pages of a ring for such news.
    static let pages = 64

    /// Opens a ring on each CPU that has none.
    ///
    /// - Returns: the rings that are new.
    /// - Throws: the errno of an open or of a mapping. CPUs that go offline meanwhile are left out.
    func follow(_ cpus: [Int]) throws(Errno) -> [Int32] {
        var fresh: [Int32] = []
        for cpu in cpus where outputs[cpu] == nil {
            let output = PerfOutput(tellsProcesses: true)
            do throws(Errno) {
                try output.open(tid: -1, cpu: Int32(cpu), pages: Self.pages)
            } catch {
                guard error == .operationNotSupportedByDevice else { throw error }
                continue
            }
            outputs[cpu] = output
            fresh.append(output.event)
        }
        return fresh
    }

    /// All rings.
    var rings: [Int32] { outputs.values.map(\.event) }

    /// Hands over what has been told since the last call; without a time for what was lost.
    func collect(_ body: (BackendEvent.Kind, UInt64?) -> Void) {
        for output in outputs.values {
            output.forEachRecord { bytes in
                guard let (kind, time) = PerfRecord.news(bytes) else { return }
                body(kind, time)
            }
        }
    }
}

/// Sessions on CPUs and their followers.
extension PerfBackend {
    private var listeners: [PerfSession] {
        sessions.values.filter(Self.followsOthers)
    }

    private static func followsOthers(_ session: PerfSession) -> Bool {
        session.request.wantsProcesses && !isThread(session.request.target)
    }

    /// Has the session told what processes do on all CPUs.
    func followProcesses(for session: PerfSession) throws(PfmError) {
        guard Self.followsOthers(session) else { return }
        let followers = self.followers ?? ProcessFollowers()
        do throws(Errno) {
            self.followers = followers
            for ring in try followers.follow(kernel.onlineCPUs) {
                try poller.add(ring, .init(session: 0, source: .followers))
            }
        } catch {
            session.detach()
            throw PfmError(
                error,
                "what programs run on all CPUs cannot be followed: \(error)",
                hint: "the limits of locked memory and of open files apply"
            )
        }
    }

    /// Follows CPUs that have come online.
    func followProcessesEverywhere() {
        guard let followers, let rings = try? followers.follow(kernel.onlineCPUs) else { return }
        for ring in rings { try? poller.add(ring, .init(session: 0, source: .followers)) }
    }

    /// Closes the rings when no session is left that they tell.
    func unfollowProcesses() {
        guard let followers, listeners.isEmpty else { return }
        for ring in followers.rings { poller.remove(ring) }
        self.followers = nil
    }

    /// What processes did, for each session that is told.
    func collectNews(_ handler: (BackendEvent) -> Void) {
        guard let followers else { return }
        let listeners = listeners
        followers.collect { kind, time in
            for session in listeners where !session.isDetached {
                var event = session.event(set: session.running ?? 0, kind)
                if let time { event.time = time }
                handler(event)
            }
        }
    }
}
