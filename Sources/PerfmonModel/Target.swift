/// What a loaded context monitors (`load_pid` of `pfm_load_context`).
package enum Target: Sendable, Hashable {
    /// One thread, by its id in pfmfs's own pid namespace.
    case thread(Int32)
    /// One CPU, by its number.
    case cpu(Int)
}
