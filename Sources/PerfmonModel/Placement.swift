/// Where one event group of each set counts. A backend says which placements a target needs; a
/// session has them in the order in which they came.
package struct Placement: Sendable, Hashable {
    /// The one thread that is counted; nil: every task on the CPU.
    package var thread: Int32?
    /// The one CPU on which it is counted; nil: wherever the thread runs.
    package var cpu: Int?

    package init(thread: Int32, cpu: Int? = nil) {
        self.thread = thread
        self.cpu = cpu
    }

    package init(cpu: Int) {
        self.cpu = cpu
    }
}

extension Placement: CustomStringConvertible {
    /// `thread 4711`, `CPU 3` or `thread 4711 on CPU 3`.
    package var description: String {
        [thread.map { "thread \($0)" }, cpu.map { "CPU \($0)" }].compactMap(\.self)
            .joined(separator: " on ")
    }
}

/// The counts of a set at one placement.
package struct PlacedSnapshot: Sendable, Equatable {
    package var placement: Placement
    package var snapshot: Snapshot

    package init(_ placement: Placement, _ snapshot: Snapshot) {
        self.placement = placement
        self.snapshot = snapshot
    }
}
