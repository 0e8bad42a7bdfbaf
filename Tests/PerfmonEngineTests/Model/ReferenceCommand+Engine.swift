@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage

extension EngineFixture {
    /// Gives a model's command to the engine.
    ///
    /// - Returns: the errno of the refusal; nil when it was done or nobody was there to do it.
    func run(_ command: ReferenceCommand, on context: Context?, named name: String) -> Errno? {
        switch command {
        case .create:
            return refusal { () throws(PfmError) in
                _ = try engine.createContext(name, by: root)
            }
        case .pass(let duration):
            pass(duration)
            return nil
        default:
            guard let context else { return nil }
            return refusal { () throws(PfmError) in try run(command, on: context) }
        }
    }

    private func run(_ command: ReferenceCommand, on context: Context) throws(PfmError) {
        switch command {
        case .create, .pass: break
        case .remove: engine.removeContext(context)
        case .setFlags(let flags): try context.setFlags(flags, by: root)
        case .setFormat(let size):
            try context.setFormat(
                size == nil ? nil : "default",
                size.map { ["buf_size": UInt64($0)] } ?? [:],
                by: root
            )
        case .writePmc(let number, let set, let value, let flags):
            try context.writePmc(number, set: set, value: value, flags: flags)
        case .writePmd(let number, let set, let settings):
            try context.writePmd(number, set: set, settings)
        case .readPmd(let number, let set): _ = try context.readPmd(number, set: set)
        case .createSet(let id): try context.createSet(id)
        case .setUpSet(let id, let settings): try context.setUpSet(id, settings)
        case .deleteSet(let id): try context.deleteSet(id)
        case .changeSet(let id, let settings): try context.changeSet(id, settings)
        case .load(let target, let set): try context.load(on: target, set: set, by: root)
        case .unload: try context.unload()
        case .stop: try context.stop()
        case .restart: try context.restart()
        case .takeMessage: _ = context.takeMessage()
        case .start(let set): try context.start(set: set)
        case .information(let set): _ = try context.information(ofSet: set)
        case .pause(let isPaused):
            guard let tid = context.target?.thread else { return }
            backend.setPaused(isPaused, thread: tid)
        case .endThread:
            guard let tid = context.target?.thread else { return }
            threads.end(tid)
            engine.drain()
        }
    }
}
