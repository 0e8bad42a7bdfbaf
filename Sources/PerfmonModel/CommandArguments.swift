/// A register of a set (`reg_set`, `reg_num`).
package struct RegisterAddress: Sendable, Hashable {
    package var set: UInt16
    package var number: Int

    package init(_ number: Int, set: UInt16) {
        self.set = set
        self.number = number
    }
}

/// One element of `pfm_write_pmcs` (`struct pfarg_pmc`).
package struct ControlSetting: Sendable {
    package var register: RegisterAddress
    package var value: UInt64
    package var flags: RegisterFlags

    package init(_ register: RegisterAddress, value: UInt64, flags: RegisterFlags = []) {
        self.register = register
        self.value = value
        self.flags = flags
    }
}

/// One element of `pfm_write_pmds` (`struct pfarg_pmd`).
package struct DataSetting: Sendable {
    package var register: RegisterAddress
    package var settings: CounterSettings

    package init(_ register: RegisterAddress, _ settings: CounterSettings) {
        self.register = register
        self.settings = settings
    }
}

/// What `pfm_write_pmds` installs. Fields that are nil keep their value; the original always wrote
/// all of them, files write one at a time.
package struct CounterSettings: Sendable {
    package var value: UInt64?
    package var longReset: UInt64?
    package var shortReset: UInt64?
    package var randomMask: UInt64?
    package var switchCount: UInt64?
    package var eventID: UInt64?
    package var resetPmds: RegisterSet?
    package var sampledPmds: RegisterSet?
    package var flags: RegisterFlags?

    package init() {}
}

/// One element of `pfm_create_evtsets` (`struct pfarg_setdesc`).
package struct SetDescription: Sendable {
    package var id: UInt16
    package var settings: SetSettings

    package init(_ id: UInt16, _ settings: SetSettings = SetSettings()) {
        self.id = id
        self.settings = settings
    }
}

/// How a set is left. Fields that are nil keep their value.
package struct SetSettings: Sendable {
    package var flags: SetFlags?
    package var nextID: UInt16?
    /// Nanoseconds; rounded up to the backend's tick.
    package var timeout: UInt64?

    package init(flags: SetFlags? = nil, nextID: UInt16? = nil, timeout: UInt64? = nil) {
        self.flags = flags
        self.nextID = nextID
        self.timeout = timeout
    }
}

/// A sampling format by name, with its arguments.
package struct FormatChoice: Sendable {
    package var name: String
    package var arguments: [String: UInt64]

    package init(_ name: String, _ arguments: [String: UInt64] = [:]) {
        self.name = name
        self.arguments = arguments
    }
}

/// A thread that is to get a signal at each message.
package struct SignalRequest: Sendable {
    package var tid: Int32
    package var signal: Int32

    package init(tid: Int32, signal: Int32) {
        self.tid = tid
        self.signal = signal
    }
}
