/// Why a session ended by itself.
package enum EndReason: String, Sendable {
    /// The monitored thread exited.
    case exit
    /// The thread's credentials changed at exec and the kernel took the counters away.
    case execCredentials = "exec-credentials"
    /// The monitored CPU went offline.
    case cpuOffline = "cpu-offline"
    /// Someone else reprogrammed the hardware.
    case stolen
}
