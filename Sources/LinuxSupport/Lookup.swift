/// Which threads do a lookup.
package enum LookupWork: Sendable {
    /// It only takes time.
    case computing
    /// It may wait for something that never comes.
    case waiting
}

/// Something that a request has to find out and that may take long: what a name service knows,
/// what the kernel says to another process, the text of a long listing.
package struct Lookup<Answer: Sendable>: Sendable {
    let work: LookupWork
    let lane: UInt64
    let limit: UInt64
    let perform: @Sendable () -> Answer

    /// - Parameters:
    ///   - lane: work of one lane is done piece by piece; most often the user who causes it.
    ///   - limit: nanoseconds after which the request goes on without the answer.
    ///   - perform: finds the answer, on any thread, with no lock held.
    package init(
        _ work: LookupWork,
        lane: UInt64,
        limit: UInt64,
        perform: @escaping @Sendable () -> Answer
    ) {
        self.work = work
        self.lane = lane
        self.limit = limit
        self.perform = perform
    }
}

/// Why there is no answer to a lookup.
package enum Unanswered: Error, Sendable {
    /// It is being looked for; the request is to be carried out again when it has come.
    case pending
    /// It did not come in time.
    case late
}

/// What one request has found out. Guarded by the lock of the mount it came over.
package final class LookupAnswers {
    /// A lookup without the type of its answer.
    package struct Missing: Sendable {
        package let work: LookupWork
        package let lane: UInt64
        package let limit: UInt64
        package let perform: @Sendable () -> any Sendable
    }

    /// An answer, which may be an optional itself.
    fileprivate struct Found<Value> {
        let value: Value
    }

    private var known: [AnyHashable: Any] = [:]
    private var keys: [AnyHashable] = []
    private var missing: [Missing] = []
    /// The answers that are missing will not come in time.
    package var isLate = false
    /// How often something was to be looked up.
    package private(set) var rounds = 0
    /// Whether anything belongs to one request alone.
    package private(set) var isUsed = false

    package init() {}

    /// Whether the request cannot be carried out before something is looked up.
    package var isPending: Bool { !missing.isEmpty }

    /// What is to be looked up, the first time that it is asked for.
    package func takeMissing() -> [Missing] {
        defer { missing = [] }
        rounds += 1
        return missing
    }

    /// Takes the answers to what `takeMissing` returned last, in its order.
    package func store(_ answers: [any Sendable]) {
        for (key, answer) in zip(keys, answers) { known[key] = answer }
        keys = []
    }

    fileprivate func value<Value>(_ key: AnyHashable) -> Value? {
        (known[key] as? Found<Value>)?.value
    }

    fileprivate func note<Answer: Sendable>(_ key: AnyHashable, _ lookup: Lookup<Answer>) {
        guard !isLate, !keys.contains(key) else { return }
        isUsed = true
        keys.append(key)
        missing.append(lookup.erased)
    }

    fileprivate static func value<Answer>(of found: (any Sendable)?) -> Answer? {
        (found as? Found<Answer>)?.value
    }

    fileprivate func keep<Value>(_ key: AnyHashable, _ value: Value) {
        isUsed = true
        known[key] = Found(value: value)
    }
}

/// The lookups of one mount. Guarded by its lock.
///
/// A request that needs an answer which is not known is given up before it has any effect, and is
/// carried out again when the answer has come; until then it is parked. Where no request can be
/// parked, the answer is looked for at once.
package final class Lookups {
    /// Answers of the request that is being handled.
    @exclusivity(unchecked) package var answers = LookupAnswers()
    /// Whether a request is being handled that can be parked.
    @exclusivity(unchecked) package var canPark = false
    /// Has a lookup done on another thread, and calls the continuation with the answer under the
    /// lock, or with nil when it is late. nil: there are no other threads.
    package var runner: ((LookupAnswers.Missing, @escaping ((any Sendable)?) -> Void) -> Void)?

    package init() {}

    /// Whether the request that is being handled has to be carried out again later.
    package var isPending: Bool { canPark && answers.isPending }

    /// The answer to a lookup, if it is known; otherwise it is noted that the request needs it.
    package func known<Key: Hashable, Answer>(
        _ key: Key,
        _ lookup: () -> Lookup<Answer>
    ) -> Answer? {
        guard canPark else { return lookup().perform() }
        if let answer: Answer = answers.value(key) { return answer }
        answers.note(key, lookup())
        return nil
    }

    /// The answer to a lookup.
    ///
    /// - Throws: when there is none yet, or none in time.
    package func answer<Key: Hashable, Answer>(
        _ key: Key,
        _ lookup: () -> Lookup<Answer>
    ) throws(Unanswered) -> Answer {
        if let answer = known(key, lookup) { return answer }
        throw unanswered
    }

    /// Forgets what was found out for one part of a request, so that it is not believed for the
    /// next.
    package func forget() {
        if canPark, answers.isUsed { answers = LookupAnswers() }
    }

    /// What is to be thrown when `known` has returned nil.
    package var unanswered: Unanswered { answers.isLate ? .late : .pending }

    /// Has something looked up that no request waits for. `body` gets the answer under the lock, at
    /// once or later; nil when it did not come in time.
    package func find<Answer: Sendable>(
        _ lookup: Lookup<Answer>,
        _ body: @escaping (Answer?) -> Void
    ) {
        guard let runner else { return body(lookup.perform()) }
        runner(lookup.erased) { body(LookupAnswers.value(of: $0)) }
    }

    /// Makes something that has to last until the request is answered, however often it is carried
    /// out until then.
    package func keep<Key: Hashable, Value, Failure: Error>(
        _ key: Key,
        _ make: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard canPark else { return try make() }
        if let value: Value = answers.value(key) { return value }
        let value = try make()
        answers.keep(key, value)
        return value
    }
}

extension LookupAnswers.Found: Sendable where Value: Sendable {}

extension Lookup {
    fileprivate var erased: LookupAnswers.Missing {
        let perform = perform
        return LookupAnswers.Missing(work: work, lane: lane, limit: limit) {
            LookupAnswers.Found(value: perform())
        }
    }
}
