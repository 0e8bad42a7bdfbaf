import CFuse
import LinuxSupport

/// What becomes of requests that cannot be answered in their handler. Guarded by the mount's lock,
/// for those who hold it already.
final class Parking {
    let requests = ParkedRequests()
    let lookups: Lookups
    /// The tree behind its lock, for the threads that come back with answers.
    weak var fileSystem: FileSystem?
    /// The connection to the kernel, once there is one.
    var connection: Connection?
    /// Names of which the handler that runs has told the kernel.
    @exclusivity(unchecked) var group: InvalidationGroup?
    /// Directories that the kernel has kept locked for too long.
    var stuck: Set<ObjectIdentifier> = []
    /// Texts of long listings: work for the time that nobody else needs.
    private let computing: WorkerPool
    /// Questions to name services and to processes that act as clients.
    private let waiting: WorkerPool
    /// Jobs that may hang in a file of a user's.
    let jobs: WorkerPool
    /// Tells the kernel of names that are gone.
    let names: WorkerPool

    /// How often a request may find out that it needs to know more.
    private static let rounds = 16

    /// - Parameter name: what the names of threads begin with.
    init(_ lookups: Lookups, name: String) {
        self.lookups = lookups
        computing = WorkerPool(name: "\(name)-render", threads: 1, niceness: 5)
        waiting = WorkerPool(name: "\(name)-lookup", threads: 4)
        jobs = WorkerPool(name: "\(name)-work", threads: 4)
        names = WorkerPool(name: "\(name)-names", threads: 4)
        lookups.runner = { [unowned self] in find($0, $1) }
    }

    /// Lets the handler that begins give its request up until something was looked up.
    @inline(__always)
    func begin() {
        lookups.canPark = true
        if group != nil { group = nil }
    }

    /// Ends what `begin` began.
    @inline(__always)
    func finish() {
        lookups.canPark = false
        // What one request found out is not for the next.
        if lookups.answers.isUsed { lookups.answers = LookupAnswers() }
    }

    /// Parks the request that is being handled until its lookups are done or too late.
    ///
    /// - Parameter goOn: carries the request out again, as its handler did; or answers it, when the
    ///   mount ends.
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

    /// Does a lookup that no request waits for.
    private func find(
        _ lookup: LookupAnswers.Missing,
        _ body: @escaping ((any Sendable)?) -> Void
    ) {
        perform([lookup], lane: lookup.lane) { ending in
            if case .done(let found) = ending { body(found.first) } else { body(nil) }
        }
    }

    /// Has lookups done one after the other, and `done` called once, with the answers or without.
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
                // Nobody waits any more.
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
