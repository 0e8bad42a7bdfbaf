internal import LinuxSupport
internal import PerfmonModel
internal import SystemPackage

/// Who may change what a loaded context counts. Its owner decides who may start, stop and read it;
/// what it is loaded on and what it counts is allowed to who loaded it, and to nobody else.
extension Context {
    /// Precondition of unloading: the client is who loaded the context, if somebody has and has not
    /// unloaded it, or root.
    ///
    /// - Throws: EPERM for others.
    func requireLoader(_ client: Client) throws(PfmError) {
        guard let loader else { return }
        guard client.acts(as: loader) || client.acts(as: 0) else {
            throw PfmError(
                .notPermitted,
                "the context was loaded by uid \(loader), so uid \(client.uid) may start, stop, "
                    + "restart and read it, but change nothing",
                hint: "ask that user to change or to unload it"
            )
        }
    }

    /// Precondition of changing what a loaded context counts: the client itself may count it.
    ///
    /// - Effect: from now on the client's rights decide what else may be counted.
    /// - Throws: EPERM, or EACCES as the kernel told.
    func reauthorize(_ client: Client) throws(PfmError) {
        try session?.reauthorize(for: client, isDelegated: engine.isDelegated(client))
    }

    /// Takes down who loaded the context: the lesser of who wrote and who opened the file for it.
    func noteLoader(_ client: Client) {
        if let opener = client.opener, opener.uid != 0 {
            loader = opener.uid
        } else {
            loader = client.uid
        }
    }
}
