internal import LinuxSupport

/// An entry of a context's message queue (`union pfarg_msg`).
package enum Message: Sendable, Equatable {
    /// Counters overflowed (`PFM_MSG_OVFL`).
    case overflow(OverflowMessage)
    /// The monitored thread is gone (`PFM_MSG_END`).
    case end(EndReason)
}

/// What an overflow message says (`struct pfarg_ovfl_msg`).
package struct OverflowMessage: Sendable, Equatable {
    /// The set that was active at the overflow (`msg_active_set`).
    package var set: UInt16
    /// The PMDs that overflowed (`msg_ovfl_pmds`).
    package var pmds: RegisterSet
    /// Process id of the interrupted thread.
    package var pid: Int32
    /// Thread id of the interrupted thread.
    package var tid: Int32
    /// CPU of the overflow (`msg_ovfl_cpu`).
    package var cpu: Int
    /// Interrupted instruction (`msg_ovfl_ip`).
    package var ip: UInt64
    /// When it overflowed, in nanoseconds of the backend's clock. Not part of the binary message.
    package var time: UInt64

    package init(
        set: UInt16,
        pmds: RegisterSet,
        pid: Int32,
        tid: Int32,
        cpu: Int,
        ip: UInt64,
        time: UInt64
    ) {
        self.set = set
        self.pmds = pmds
        self.pid = pid
        self.tid = tid
        self.cpu = cpu
        self.ip = ip
        self.time = time
    }
}

extension Message {
    /// The message with the numbers that a client has for the threads in it.
    package func seen(with numbers: ThreadNumbers) -> Message {
        guard case .overflow(var message) = self else { return self }
        message.pid = numbers.theirs(message.pid)
        message.tid = numbers.theirs(message.tid)
        return .overflow(message)
    }

    /// Bytes of a message in perfmon2's binary interface.
    package static let binarySize = 56

    /// The message as `read(2)` on a perfmon2 descriptor returned it.
    ///
    /// The thread id stands in the field named `msg_ovfl_pid` and the process id in
    /// `msg_ovfl_tid`: the original assigned them so, and its tools read them so.
    package func binary() -> [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(Self.binarySize)
        switch self {
        case .overflow(let message):
            bytes.append(number: UInt32(1))
            bytes.append(number: message.tid)
            for index in 0..<RegisterLimits.hardwareWords {
                bytes.append(number: message.pmds[word: index])
            }
            bytes.append(number: message.set)
            bytes.append(number: UInt16(truncatingIfNeeded: message.cpu))
            bytes.append(number: message.pid)
            bytes.append(number: message.ip)
        case .end:
            bytes.append(number: UInt32(2))
            bytes.append(contentsOf: repeatElement(0, count: Self.binarySize - 4))
        }
        return bytes
    }
}
