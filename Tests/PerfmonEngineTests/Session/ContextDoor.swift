import Glibc
@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonModel
import SystemPackage

extension Client {
    /// The process that runs the tests, which gives commands where nobody else is named.
    static var tester: Client { Client(uid: geteuid(), gid: getegid(), tid: getpid()) }
}

/// The tests' own door: commands as calls.
extension Context {
    func setFlags(_ flags: ContextFlags, by client: Client = .tester) throws(PfmError) {
        try perform(.setFlags(flags), by: client)
    }

    func setEvents(
        _ names: [String],
        set: UInt16,
        by client: Client = .tester
    ) throws(PfmError) {
        try perform(.setEvents(names, set: set), by: client)
    }

    func setEvent(
        _ name: String?,
        pmd: Int,
        set: UInt16,
        by client: Client = .tester
    ) throws(PfmError) {
        try perform(.setEvent(name, RegisterAddress(pmd, set: set)), by: client)
    }

    func setFormat(
        _ name: String?,
        _ arguments: [String: UInt64] = [:],
        by client: Client = .tester
    ) throws(PfmError) {
        try perform(.setFormat(name.map { FormatChoice($0, arguments) }), by: client)
    }

    func setNotice(
        _ request: (tid: Int32, signal: Int32)?,
        by client: Client = .tester
    ) throws(PfmError) {
        try perform(
            .setNotification(request.map { SignalRequest(tid: $0.tid, signal: $0.signal) }),
            by: client
        )
    }

    /// - Returns: what is said besides "ok".
    @discardableResult
    func writePmc(
        _ number: Int,
        set: UInt16,
        value: UInt64,
        flags: RegisterFlags = [],
        by client: Client = .tester
    ) throws(PfmError) -> [CommandNote] {
        let address = RegisterAddress(number, set: set)
        let setting = ControlSetting(address, value: value, flags: flags)
        let outcome = outcome(of: .writePMCs([setting]), by: client)
        _ = try outcome.get()
        return outcome.notes
    }

    func writePmd(
        _ number: Int,
        set: UInt16,
        _ settings: CounterSettings,
        by client: Client = .tester
    ) throws(PfmError) {
        let address = RegisterAddress(number, set: set)
        try perform(.writePMDs([DataSetting(address, settings)]), by: client)
    }

    func readPmd(
        _ number: Int,
        set: UInt16,
        by client: Client = .tester
    ) throws(PfmError) -> CounterState {
        try perform(.readPMDs([RegisterAddress(number, set: set)]), by: client).registers[0]
    }

    func createSet(_ id: UInt16, by client: Client = .tester) throws(PfmError) {
        try perform(.createSets([SetDescription(id)], exclusively: true), by: client)
    }

    /// `pfm_create_evtsets`, which sets up anew what exists.
    func setUpSet(
        _ id: UInt16,
        _ settings: SetSettings = SetSettings(),
        by client: Client = .tester
    ) throws(PfmError) {
        try perform(.createSets([SetDescription(id, settings)], exclusively: false), by: client)
    }

    func changeSet(
        _ id: UInt16,
        _ settings: SetSettings,
        by client: Client = .tester
    ) throws(PfmError) {
        try perform(.changeSets([SetDescription(id, settings)]), by: client)
    }

    func deleteSet(_ id: UInt16, by client: Client = .tester) throws(PfmError) {
        try perform(.deleteSets([id]), by: client)
    }

    func information(
        ofSet id: UInt16,
        by client: Client = .tester
    ) throws(PfmError) -> SetInformation {
        try perform(.infoOfSets([id]), by: client).sets[0]
    }

    func load(
        on target: Target,
        set: UInt16 = 0,
        by client: Client = .tester
    ) throws(PfmError) {
        try perform(.load(target, set: set), by: client)
    }

    func unload(by client: Client = .tester) throws(PfmError) {
        try perform(.unload, by: client)
    }

    func start(set: UInt16? = nil, by client: Client = .tester) throws(PfmError) {
        try perform(.start(set: set), by: client)
    }

    func startAtExec(by client: Client = .tester) throws(PfmError) {
        try perform(.startAtExec, by: client)
    }

    func stop(by client: Client = .tester) throws(PfmError) {
        try perform(.stop, by: client)
    }

    /// - Returns: what is said besides "ok".
    @discardableResult
    func restart(by client: Client = .tester) throws(PfmError) -> [CommandNote] {
        let outcome = outcome(of: .restart, by: client)
        _ = try outcome.get()
        return outcome.notes
    }

    /// The counters that have an event.
    func readCounters(by client: Client = .tester) throws(PfmError) -> [CounterReading] {
        try perform(.readCounters(set: nil), by: client).counters.filter { $0.event != nil }
    }

    func readCounter(
        _ number: Int,
        set: UInt16,
        by client: Client = .tester
    ) throws(PfmError) -> CounterReading {
        try perform(.readCounter(RegisterAddress(number, set: set)), by: client).counters[0]
    }

    func view(ofSet id: UInt16, by client: Client = .tester) throws(PfmError) -> [UInt8] {
        guard case .view(let bytes) = try perform(.viewSet(id), by: client) else { return [] }
        return bytes
    }

    func takeMessage(by client: Client = .tester) -> Message? {
        outcome(of: .takeMessage, by: client).result.messages.first
    }
}
