package import PerfmonModel

/// An event whose overflows are sampled, as it was when the context was loaded.
package struct SampledEvent: Sendable, Equatable {
    package var set: UInt16
    package var pmd: Int
    /// As the user or the catalogue calls it.
    package var name: String
    package var selection: EventSelection
    /// Events up to the first overflow.
    package var period: UInt64

    package init(
        set: UInt16,
        pmd: Int,
        name: String,
        selection: EventSelection,
        period: UInt64
    ) {
        self.set = set
        self.pmd = pmd
        self.name = name
        self.selection = selection
        self.period = period
    }
}
