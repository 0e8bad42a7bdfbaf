/// What a backend lets an administrator or a test do by hand: its time is its own, and may be moved.
/// A backend over real hardware has none.
package protocol ManualControls: AnyObject {
    /// Whether time moves by `advance` alone.
    var isManual: Bool { get }

    /// Moves a manual clock forward by nanoseconds. What falls into that time happens at the next
    /// drain.
    func advance(by nanoseconds: UInt64)
}
