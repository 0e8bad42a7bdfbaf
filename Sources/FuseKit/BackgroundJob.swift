/// Work that would keep the thread that answers requests for too long: reading files of others,
/// looking up thousands of symbols.
package protocol BackgroundJob: AnyObject {
    /// Takes in a part of what the work needs, under the mount's lock.
    ///
    /// - Returns: whether there is more to take in.
    func collect() -> Bool

    /// Does the work. The lock is not held, so nothing may be touched but what was taken in.
    func work()

    /// Hands the result over, under the lock.
    func finish()
}
