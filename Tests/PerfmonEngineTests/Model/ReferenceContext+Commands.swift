@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage

/// The commands (sections 4.2 to 4.12) and what each refuses.
extension ReferenceWorld {
    /// Gives a command to a context.
    ///
    /// - Returns: the errno of the refusal; nil when it was done.
    mutating func run(_ step: ReferenceStep) -> Errno? {
        switch step.command {
        case .pass(let duration):
            pass(duration)
            return nil
        case .create:
            guard contexts[step.context] == nil else { return .fileExists }
            contexts[step.context] = ReferenceContext()
            return nil
        default:
            break
        }
        guard var context = contexts[step.context] else { return nil }
        let refusal = run(step.command, on: &context)
        contexts[step.context] = context
        if case .remove = step.command { contexts[step.context] = nil }
        return refusal
    }

    private mutating func run(
        _ command: ReferenceCommand,
        on context: inout ReferenceContext
    ) -> Errno? {
        switch command {
        case .create, .pass: return nil
        case .setFlags(let flags):
            guard !context.isAttached else { return .resourceBusy }
            guard !flags.isSuperset(of: [.systemWide, .notifyBlock]) else {
                return .invalidArgument
            }
            context.flags = flags
            return nil
        case .setFormat(let size):
            guard !context.isAttached else { return .resourceBusy }
            if let size, size < ReferenceBuffer.smallest { return .invalidArgument }
            context.buffer = size.map { ReferenceBuffer(size: $0) }
            return nil
        case .writePmc(let number, let set, let value, let flags):
            return context.writePmc(number, set, value, flags)
        case .writePmd(let number, let set, let settings):
            return context.writePmd(number, set, settings)
        case .readPmd(let number, let set):
            guard let index = context.index(of: set) else { return .invalidArgument }
            return context.sets[index].pmds[number] == nil ? .invalidArgument : nil
        case .createSet(let id): return context.createSet(id)
        case .setUpSet(let id, let settings): return context.setUpSet(id, settings, tick)
        case .deleteSet(let id): return context.deleteSet(id)
        case .changeSet(let id, let settings): return context.changeSet(id, settings, tick)
        case .load(let target, let set): return load(&context, target, set)
        case .start(let set): return start(&context, set)
        case .restart: return restart(&context)
        case .stop:
            guard context.isAttached else { return .invalidArgument }
            context.sets[context.active].settle()
            context.isStarted = false
            return nil
        case .unload, .remove:
            unload(&context)
            return nil
        case .takeMessage:
            if !context.messages.isEmpty { context.messages.removeFirst() }
            return nil
        case .information(let set):
            return context.index(of: set) == nil ? .invalidArgument : nil
        case .pause(let isPaused):
            if context.target?.thread != nil { context.isPaused = isPaused }
            return nil
        case .endThread:
            guard let tid = context.target?.thread else { return nil }
            endedThreads.insert(tid)
            unload(&context)
            if context.messages.count < 8 { context.messages.append(.end(.exit)) }
            return nil
        }
    }

    private mutating func load(
        _ context: inout ReferenceContext,
        _ target: Target,
        _ set: UInt16
    ) -> Errno? {
        guard !context.isAttached else { return .resourceBusy }
        let isSystemWide = context.flags.contains(.systemWide)
        guard target.isSystemWide == isSystemWide, target.cpu ?? 0 <= 1 else {
            return .invalidArgument
        }
        guard let first = context.index(of: set) else { return .invalidArgument }
        for set in context.sets where set.flags.contains(.explicitNext) {
            guard context.index(of: set.nextID) != nil else { return .invalidArgument }
        }
        for other in contexts.values.compactMap(\.target) {
            guard other.isSystemWide == isSystemWide else { return .resourceBusy }
            if other == target { return isSystemWide ? .resourceBusy : .fileExists }
        }
        if let tid = target.thread, endedThreads.contains(tid) { return .noSuchProcess }
        for index in context.sets.indices { context.prepareSet(index) }
        context.sets[first].runs = 1
        context.reloadCountdowns(first)
        context.activeID = set
        context.target = target
        context.messages = []
        context.canRestart = false
        context.isStarted = false
        context.isPaused = false
        context.programTime = 0
        context.state = .loaded
        loads += 1
        context.loadOrdinal = loads
        return nil
    }

    private mutating func start(_ context: inout ReferenceContext, _ set: UInt16?) -> Errno? {
        guard context.state == .loaded else { return .invalidArgument }
        if let set {
            guard context.index(of: set) != nil else { return .invalidArgument }
            if set != context.activeID { switchSets(&context, to: set, long: true) }
        }
        context.isStarted = true
        context.sets[context.active].sinceStart = 0
        return nil
    }

    private mutating func restart(_ context: inout ReferenceContext) -> Errno? {
        guard context.isAttached else { return .resourceBusy }
        statistics[context.cpu].restarts += 1
        if context.state == .masked, !context.canRestart { return .resourceBusy }
        context.buffer?.empty()
        let index = context.active
        if context.sets[index].mustSwitch {
            context.sets[index].mustSwitch = false
            switchSets(&context, to: context.successor(of: index), long: true)
        } else {
            reset(&context, index, long: true)
        }
        context.state = .loaded
        context.canRestart = false
        release(&context)
        return nil
    }

    private mutating func unload(_ context: inout ReferenceContext) {
        guard context.isAttached else { return }
        context.sets[context.active].settle()
        release(&context)
        context.state = .unloaded
        context.isStarted = false
        context.canRestart = false
        context.target = nil
    }

    private mutating func release(_ context: inout ReferenceContext) {
        guard context.isHeld else { return }
        context.isHeld = false
        statistics[context.cpu].workHandled += 1
    }
}
