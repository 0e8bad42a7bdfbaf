@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage

/// What a random run can do to one of its contexts.
enum ReferenceCommand: CustomStringConvertible {
    case create, remove
    case setFlags(ContextFlags)
    /// The default sampling format with a buffer of so many bytes; nil: none.
    case setFormat(Int?)
    case writePmc(Int, set: UInt16, value: UInt64, flags: RegisterFlags)
    case writePmd(Int, set: UInt16, CounterSettings)
    case readPmd(Int, set: UInt16)
    case createSet(UInt16)
    /// `pfm_create_evtsets`, which sets up anew what exists.
    case setUpSet(UInt16, SetSettings)
    case deleteSet(UInt16)
    case changeSet(UInt16, SetSettings)
    case load(Target, set: UInt16)
    case unload, stop, restart, takeMessage
    case start(set: UInt16?)
    case information(set: UInt16)
    case pause(Bool)
    case endThread
    case pass(UInt64)

    var description: String {
        switch self {
        case .create: "create"
        case .remove: "remove"
        case .setFlags(let flags): "setFlags 0x\(String(flags.rawValue, radix: 16))"
        case .setFormat(let size): "setFormat \(size.map { "default \($0)" } ?? "none")"
        case .writePmc(let number, let set, let value, let flags):
            "writePmc \(number) set \(set) = 0x\(String(value, radix: 16)) flags \(flags.rawValue)"
        case .writePmd(let number, let set, let settings):
            "writePmd \(number) set \(set): \(settings.listed)"
        case .readPmd(let number, let set): "readPmd \(number) set \(set)"
        case .createSet(let id): "createSet \(id)"
        case .setUpSet(let id, let settings): "setUpSet \(id): \(settings)"
        case .deleteSet(let id): "deleteSet \(id)"
        case .changeSet(let id, let settings): "changeSet \(id): \(settings)"
        case .load(let target, let set): "load \(target) set \(set)"
        case .unload: "unload"
        case .stop: "stop"
        case .restart: "restart"
        case .takeMessage: "takeMessage"
        case .start(let set): "start \(set.map(String.init) ?? "")"
        case .information(let set): "information \(set)"
        case .pause(let isPaused): isPaused ? "pause" : "resume"
        case .endThread: "endThread"
        case .pass(let duration): "pass \(duration)"
        }
    }
}

/// One command to one context, and whether everything is read and compared behind it. Where it is
/// not, the engine has to keep its values right over several commands without being asked.
struct ReferenceStep: CustomStringConvertible {
    var context: Int
    var command: ReferenceCommand
    var readsAll: Bool

    var description: String {
        "c\(context) \(command)\(readsAll ? "" : " (unread)")"
    }
}

extension CounterSettings {
    /// The fields that are written.
    var listed: String {
        func signed(_ value: UInt64) -> String { String(Int64(bitPattern: value)) }
        let fields: [String?] = [
            value.map { "value=\(signed($0))" },
            longReset.map { "long=\(signed($0))" },
            shortReset.map { "short=\(signed($0))" },
            randomMask.map { "mask=0x\(String($0, radix: 16))" },
            switchCount.map { "switch=\($0)" },
            resetPmds.map { "resets=\($0)" },
            sampledPmds.map { "samples=\($0)" },
            flags.map { "flags=\($0.rawValue)" },
        ]
        return fields.compactMap { $0 }.joined(separator: " ")
    }
}
