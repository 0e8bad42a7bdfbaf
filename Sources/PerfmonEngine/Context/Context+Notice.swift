internal import CLinux
internal import Glibc
internal import LinuxSupport
internal import PerfmonModel
internal import SystemPackage

extension Context {
    /// Asks for a signal at each message, or for none any more.
    ///
    /// - Throws: what `SignalNotice` throws.
    func requestSignals(_ request: SignalRequest?, by client: Client) throws(PfmError) {
        guard let request else {
            notice = nil
            engine.releaseNotice(of: self)
            return
        }
        try engine.chargeNotice(of: self, to: client.uid)
        do throws(PfmError) {
            notice = try SignalNotice(
                tid: request.tid,
                signal: request.signal,
                for: client,
                facts: engine.options.threadFacts
            )
        } catch {
            if notice == nil { engine.releaseNotice(of: self) }
            throw error
        }
    }
}
