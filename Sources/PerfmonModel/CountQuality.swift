/// How far a count can be trusted.
package enum CountQuality: String, Sendable {
    /// Every event was counted.
    case exact
    /// The counter had to share its time; the value is an estimate from its share.
    case scaled
    /// The counter never ran, so there is no value.
    case notCounted = "not_counted"
}
