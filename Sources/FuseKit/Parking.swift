import CFuse
import LinuxSupport

/// Parks requests that cannot be answered in their handler, and has worker threads find out what
/// they need. Guarded by the mount's lock; for code that already holds it.
final class Parking {
    let requests = ParkedRequests()
    let lookups: Lookups
    /// The tree with its lock, for worker threads.
    weak var fileSystem: FileSystem?
    /// The connection to the kernel, once there is one.
    var connection: Connection?
    /// The entries that the current handler has removed.
    @exclusivity(unchecked) var group: InvalidationGroup?
    /// Directories whose invalidations take too long.
    var stuck: Set<ObjectIdentifier> = []
    /// For work that only computes, such as long listings; with a lower priority.
    private let computing: WorkerPool
    /// For work that may wait: name services, processes that act as clients.
    private let waiting: WorkerPool
    /// For jobs, which may wait for files of users.
    let jobs: WorkerPool
    /// For invalidations of entries.
    let names: WorkerPool

    /// How often one request may be parked for lookups.
    private static let rounds = 16

    /// - Parameter name: prefix of the names of threads.
    init(_ lookups: Lookups, name: String) {
        self.lookups = lookups
        computing = WorkerPool(name: "\(name)-render", threads: 1, niceness: 5)
        waiting = WorkerPool(name: "\(name)-lookup", threads: 4)
        jobs = WorkerPool(name: "\(name)-work", threads: 4)
        names = WorkerPool(name: "\(name)-names", threads: 4)
        lookups.runner = { [unowned self] in find($0, $1) }
    }

    /// Begins a handler that can park its request.
    @inline(__always)
    func begin() {
        lookups.canPark = true
        if group != nil { group = nil }
    }

    /// Ends what `begin` began.
    @inline(__always)
    func finish() {
        lookups.canPark = false
        // The answers belong to one request.
        if lookups.answers.isUsed { lookups.answers = LookupAnswers() }
    }

    /// Parks the current request until its lookups are done or their time limit has passed.
    ///
    /// - Parameter goOn: carries out the request again; after an unmount it only answers it.
    func park(_ goOn: @escaping (ParkedRequests.Ending) -> Void) {
        let (answers, group) = (lookups.answers, group)
        lookups.answers = LookupAnswers()
        let missing = answers.takeMissing()
        guard answers.rounds < Self.rounds, let first = missing.first else {
            return resume(answers, group, .late, goOn)
        }
        perform(missing, lane: first.lane) { [unowned self] ending in
            resume(answers, group, ending, goOn)
        }
    }

    /// Does a lookup that does not belong to a request.
    private func find(
        _ lookup: LookupAnswers.Missing,
        _ body: @escaping ((any Sendable)?) -> Void
    ) {
        perform([lookup], lane: lookup.lane) { ending in
            if case .done(let found) = ending { body(found.first) } else { body(nil) }
        }
    }

    /// Has a worker thread do lookups one after the other. `done` is called once, under the lock.
    private func perform(
        _ missing: [LookupAnswers.Missing],
        lane: UInt64,
        _ done: @escaping ParkedRequests.Continuation
    ) {
        let limit = missing.reduce(0) { max($0, $1.limit) }
        let deadline = MonotonicClock.now + limit
        let number = requests.park(for: limit, done)
        let pool = missing.contains { $0.work == .waiting } ? waiting : computing
        let fileSystem = fileSystem
        pool.submit(lane: lane) {
            var found: [any Sendable] = []
            for lookup in missing {
                // The request has been answered.
                guard MonotonicClock.now < deadline else { return }
                found.append(lookup.perform())
            }
            let answers = found
            fileSystem?.tree.withLock { _ in
                fileSystem?.parking.requests.end(number, .done(answers))
            }
        }
    }

    private func resume(
        _ answers: LookupAnswers,
        _ group: InvalidationGroup?,
        _ ending: ParkedRequests.Ending,
        _ goOn: (ParkedRequests.Ending) -> Void
    ) {
        switch ending {
        case .done(let found): answers.store(found)
        case .late: answers.isLate = true
        case .interrupted, .unmounted: break
        }
        lookups.answers = answers
        begin()
        self.group = group
        goOn(ending)
        finish()
    }
}
