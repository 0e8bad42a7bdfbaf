internal import PerfmonModel
internal import SystemPackage

extension Context {
    /// The view of a set (`PFM_FL_MAP_SETS`), with values as of now: fresher than the original's,
    /// which were those of the last time the set was saved.
    ///
    /// - Throws: EINVAL without `map_sets` and for a set that does not exist.
    func snapshotOfView(ofSet id: UInt16) throws(PfmError) -> [UInt8] {
        let set = try requireSet(id)
        guard flags.contains(.mapSets) else {
            throw PfmError(
                .invalidArgument,
                "this context has no set views",
                remedy: .setFlag("map_sets")
            )
        }
        refresh(set)
        return set.view.update(
            isActive: isAttached && id == activeSetID,
            runs: set.runs,
            value: { set.counters[$0]?.value ?? 0 }
        )
    }

    /// Bytes of a set's view.
    package static let viewSize = SetView.binarySize
}
