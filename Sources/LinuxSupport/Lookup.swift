/// The kind of a lookup, which decides about the threads that do it.
package enum LookupWork: Sendable {
    /// It computes and does not wait.
    case computing
    /// It may wait without limit.
    case waiting
}

/// Something that a request needs and that may take long: the answer of a name service or of
/// another process, the text of a long listing.
package struct Lookup<Answer: Sendable>: Sendable {
    let work: LookupWork
    let lane: UInt64
    let limit: UInt64
    let perform: @Sendable () -> Answer

    /// - Parameters:
    ///   - lane: lookups of one lane are done one after the other. Usually the uid of the client.
    ///   - limit: nanoseconds after which the request continues without the answer.
    ///   - perform: returns the answer. Called on any thread, with no lock held.
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
    /// It is not known yet. The request is carried out again when it is.
    case pending
    /// It was not found within the time limit.
    case late
}

/// The answers to the lookups of one request. Guarded by the mount's lock.
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
    /// The time limit of the missing answers has passed.
    package var isLate = false
    /// How often lookups were taken.
    package private(set) var rounds = 0
    /// Whether it contains anything, which then belongs to one request.
    package private(set) var isUsed = false

    package init() {}

    /// Whether answers are missing.
    package var isPending: Bool { !missing.isEmpty }

    /// Takes the lookups whose answers are missing.
    package func takeMissing() -> [Missing] {
        defer { missing = [] }
        rounds += 1
        return missing
    }

    /// Stores the answers to the lookups that `takeMissing` returned last, in the same order.
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
/// A request that needs an unknown answer stops before it has any effect. It is parked, and carried
/// out again when the answer is known. Without a request that can be parked, lookups are done
/// synchronously.
package final class Lookups {
    /// The answers of the current request.
    @exclusivity(unchecked) package var answers = LookupAnswers()
    /// Whether there is a current request and it can be parked.
    @exclusivity(unchecked) package var canPark = false
    /// Does a lookup on another thread, and calls the continuation under the lock: with the answer,
    /// or with nil after the time limit. nil when there are no other threads.
    package var runner: ((LookupAnswers.Missing, @escaping ((any Sendable)?) -> Void) -> Void)?

    package init() {}

    /// Whether the current request has to be parked.
    package var isPending: Bool { canPark && answers.isPending }

    /// The answer to a lookup, if it is known. Otherwise records that the request needs it.
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
    /// - Throws: when it is not known.
    package func answer<Key: Hashable, Answer>(
        _ key: Key,
        _ lookup: () -> Lookup<Answer>
    ) throws(Unanswered) -> Answer {
        if let answer = known(key, lookup) { return answer }
        throw unanswered
    }

    /// Drops the answers for one part of a request, so that they are not used for the next part.
    package func forget() {
        if canPark, answers.isUsed { answers = LookupAnswers() }
    }

    /// The error to throw when `known` has returned nil.
    package var unanswered: Unanswered { answers.isLate ? .late : .pending }

    /// Does a lookup that does not belong to a request. `body` is called under the lock, now or
    /// later, with the answer, or with nil after the time limit.
    package func find<Answer: Sendable>(
        _ lookup: Lookup<Answer>,
        _ body: @escaping (Answer?) -> Void
    ) {
        guard let runner else { return body(lookup.perform()) }
        runner(lookup.erased) { body(LookupAnswers.value(of: $0)) }
    }

    /// Returns a value that is made once per request, however often the request is carried out.
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
