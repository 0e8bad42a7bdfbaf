@testable import FuseKit
@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
@testable import SimulatedBackend
import SystemPackage

/// What can be asked of a context, by kind. A new case of `ContextCommand` does not compile before
/// it is here, and is not accepted before it has a row in `DoorCommand.all`.
enum CommandKind: CaseIterable {
    case setFlags, setEvents, setEvent, setFormat, setNotification, writePMCs, writePMDs, readPMDs
    case createSets, changeSets, deleteSets, infoOfSets, load, unload, start, startAtExec, stop
    case restart, readCounters, readCounter, readSettings, readCountdown, viewSet, readStanding
    case readMessages, takeMessage, returnMessages, remove

    init(_ command: ContextCommand) {
        self =
            switch command {
            case .setFlags: .setFlags
            case .setEvents: .setEvents
            case .setEvent: .setEvent
            case .setFormat: .setFormat
            case .setNotification: .setNotification
            case .writePMCs: .writePMCs
            case .writePMDs: .writePMDs
            case .readPMDs: .readPMDs
            case .createSets: .createSets
            case .changeSets: .changeSets
            case .deleteSets: .deleteSets
            case .infoOfSets: .infoOfSets
            case .load: .load
            case .unload: .unload
            case .start: .start
            case .startAtExec: .startAtExec
            case .stop: .stop
            case .restart: .restart
            case .readCounters: .readCounters
            case .readCounter: .readCounter
            case .readSettings: .readSettings
            case .readCountdown: .readCountdown
            case .viewSet: .viewSet
            case .readStanding: .readStanding
            case .readMessages: .readMessages
            case .takeMessage: .takeMessage
            case .returnMessages: .returnMessages
            case .remove: .remove
            }
    }
}

/// A command, and how it is given at every door that has it.
struct DoorCommand: CustomStringConvertible, Sendable {
    let description: String
    let command: ContextCommand
    let doors: [Door]

    /// One way to give it, from the context's directory.
    enum Door: Sendable {
        case write(String, String)
        case read(String)
        case control(String)
        case makeDirectory(String)
        case removeDirectory(String)
        /// rmdir of the context itself.
        case removeContext
    }

    init(_ description: String, _ command: ContextCommand, _ doors: Door...) {
        self.description = description
        self.command = command
        self.doors = doors
    }

    private static let register = RegisterAddress(0, set: 0)

    private static var settings: CounterSettings {
        var settings = CounterSettings()
        settings.longReset = 5
        return settings
    }

    static let all: [DoorCommand] = [
        DoorCommand("flags", .setFlags(.overflowNoMessage), .write("ctx_flags", "ovfl_no_msg")),
        DoorCommand(
            "events",
            .setEvents(["instructions"], set: 0),
            .write("events", "instructions"),
            .write("sets/0/events", "instructions")
        ),
        DoorCommand(
            "one event",
            .setEvent("instructions", register),
            .write("sets/0/pmd0/event", "instructions")
        ),
        DoorCommand(
            "format",
            .setFormat(FormatChoice("default", ["buf_size": 65536])),
            .write("smpl_fmt", "default buf_size=64K")
        ),
        DoorCommand("no format", .setFormat(nil), .write("smpl_fmt", "none")),
        DoorCommand("no signals", .setNotification(nil), .write("notify", "none")),
        DoorCommand(
            "PMC",
            .writePMCs([ControlSetting(RegisterAddress(1, set: 0), value: 0x53_00c0)]),
            .write("sets/0/pmc1", "0x5300c0"),
            .control("write_pmcs 0 pmc1 value=0x5300c0")
        ),
        DoorCommand(
            "PMD",
            .writePMDs([DataSetting(register, settings)]),
            .write("sets/0/pmd0/long_reset", "5"),
            .control("write_pmds 0 pmd0 long_reset=5")
        ),
        DoorCommand("value", .readPMDs([register]), .read("sets/0/pmd0/value")),
        DoorCommand("last reset", .readPMDs([register]), .read("sets/0/pmd0/last_reset_val")),
        DoorCommand(
            "new set",
            .createSets([SetDescription(5)], exclusively: true),
            .makeDirectory("sets/5")
        ),
        DoorCommand(
            "set",
            .createSets([SetDescription(5)], exclusively: false),
            .control("create_evtsets 5")
        ),
        DoorCommand(
            "set that exists",
            .createSets([SetDescription(1)], exclusively: false),
            .control("create_evtsets 1")
        ),
        DoorCommand(
            "set flags",
            .changeSets([SetDescription(1, SetSettings(flags: .overflowSwitch))]),
            .write("sets/1/set_flags", "ovfl_switch")
        ),
        DoorCommand(
            "switch without a time-out",
            .changeSets([SetDescription(1, SetSettings(flags: .timeSwitch))]),
            .write("sets/1/set_flags", "time_switch")
        ),
        DoorCommand(
            "delete set",
            .deleteSets([1]),
            .removeDirectory("sets/1"),
            .control("delete_evtsets 1")
        ),
        DoorCommand(
            "delete set 0",
            .deleteSets([0]),
            .removeDirectory("sets/0"),
            .control("delete_evtsets 0")
        ),
        DoorCommand(
            "set's runs",
            .infoOfSets([0]),
            .read("sets/0/set_runs"),
            .read("sets/0/set_info")
        ),
        DoorCommand(
            "load",
            .load(.thread(8), set: 0),
            .write("load_context", "tid 8"),
            .control("load_context tid 8")
        ),
        DoorCommand(
            "load with a set that is missing",
            .load(.thread(8), set: 9),
            .write("load_context", "tid 8 set=9"),
            .control("load_context tid 8 set=9")
        ),
        DoorCommand("unload", .unload, .write("unload_context", "1"), .control("unload_context")),
        DoorCommand("start", .start(set: nil), .write("start", "1"), .control("start")),
        DoorCommand(
            "start set 1",
            .start(set: 1),
            .write("start", "set=1"),
            .control("start set=1")
        ),
        DoorCommand("start at exec", .startAtExec, .write("start", "exec")),
        DoorCommand("stop", .stop, .write("stop", "1"), .control("stop")),
        DoorCommand("restart", .restart, .write("restart", "1"), .control("restart")),
        DoorCommand("counters", .readCounters(set: nil), .read("counters")),
        DoorCommand("counters of a set", .readCounters(set: 0), .read("sets/0/pmds")),
        DoorCommand(
            "time",
            .readCounter(register),
            .read("sets/0/pmd0/time_enabled"),
            .read("sets/0/pmd0/time_running")
        ),
        DoorCommand(
            "settings",
            .readSettings(register),
            .read("sets/0/pmd0/long_reset"),
            .read("sets/0/pmd0/flags")
        ),
        DoorCommand("countdown", .readCountdown(register), .read("sets/0/pmd0/ovfl_switch_cnt")),
        DoorCommand("view", .viewSet(0), .read("sets/0/view")),
        DoorCommand("state", .readStanding, .read("state"), .read("target"), .read("active_set")),
        DoorCommand("messages", .readMessages, .read("msgs")),
        DoorCommand("message", .takeMessage),
        DoorCommand("given back", .returnMessages([], epoch: 0)),
        DoorCommand("remove", .remove, .removeContext),
    ]
}
