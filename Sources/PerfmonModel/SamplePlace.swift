/// Where an overflow happened.
package struct SamplePlace: Sendable, Equatable {
    /// Instruction pointer.
    package var ip: UInt64
    /// Process id (thread group).
    package var pid: Int32
    /// Thread id.
    package var tid: Int32
    package var cpu: Int
    /// Return addresses of the call chain behind `ip`, innermost first; empty unless asked for.
    package var callChain: [UInt64]

    package init(ip: UInt64, pid: Int32, tid: Int32, cpu: Int, callChain: [UInt64] = []) {
        self.ip = ip
        self.pid = pid
        self.tid = tid
        self.cpu = cpu
        self.callChain = callChain
    }
}
