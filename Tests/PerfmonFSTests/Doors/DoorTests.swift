@testable import FuseKit
@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
@testable import SimulatedBackend
import SystemPackage
import Testing

/// Every command through every door that has it, in every state, by everybody.
@Suite struct DoorTests {
    @Test func everyCommandHasARow() {
        let covered = Set(DoorCommand.all.map { CommandKind($0.command) })
        #expect(covered == Set(CommandKind.allCases))
    }

    @Test(arguments: DoorState.allCases, Actor.allCases)
    func theSameAnswerAtEveryDoor(_ state: DoorState, _ actor: Actor) throws {
        for command in DoorCommand.all {
            let direct = try DoorTree(state).direct(command.command, by: actor.client)
            #expect(
                direct?.code == expected(command, state, actor),
                "\(command): \(direct?.description ?? "done")"
            )
            for door in command.doors {
                let answer = try DoorTree(state).give(door, by: actor.client)
                #expect(answer == direct, "\(command) at \(door)")
                guard case .control(let line) = door else { continue }
                let tree = try DoorTree(state, isClone: true)
                #expect(
                    tree.giveToClone(line, by: actor.client) == direct,
                    "\(command) at clone"
                )
            }
        }
    }

    /// What the specification says (sections 4 and 5), and SECURITY.md of who loaded the context.
    private func expected(
        _ row: DoorCommand,
        _ state: DoorState,
        _ actor: Actor
    ) -> Errno? {
        let kind = CommandKind(row.command)
        let isLoaders: Set<CommandKind> = [
            .setFlags, .setEvents, .setEvent, .setFormat, .writePMCs, .writePMDs, .createSets,
            .changeSets, .deleteSets, .load, .unload,
        ]
        let isLoader = actor == .root || actor == .loader
        if isLoaders.contains(kind), state != .unloaded, !isLoader { return .notPermitted }
        let needsUnloaded: Set<CommandKind> = [
            .setFlags, .setEvents, .setEvent, .setFormat, .createSets, .changeSets, .deleteSets,
            .load,
        ]
        if needsUnloaded.contains(kind), state.isAttached { return .resourceBusy }
        switch row.command {
        case .start: return state.isAttached && !state.isMasked ? nil : .invalidArgument
        // The simulated PMU knows no exec.
        case .startAtExec: return state == .loaded ? .notSupportedOnSocket : .invalidArgument
        case .stop: return state.isAttached ? nil : .invalidArgument
        case .restart: return state.isAttached ? nil : .resourceBusy
        case .deleteSets([0]), .load(_, set: 9): return .invalidArgument
        case .changeSets where row.description.hasPrefix("switch"): return .invalidArgument
        default: return nil
        }
    }

    /// The kernel keeps out whom the modes do not let in; a new context lets in its owner alone.
    @Test func modesKeepStrangersOut() throws {
        let tree = try DoorTree(.loaded)
        let node = tree.tree.mount.node(of: tree.context)
        #expect(node.ownership == Ownership(mode: 0o700, uid: 1000, gid: 1000))
        for row in DoorCommand.all {
            for case .write(let file, _) in row.doors {
                let mode = try tree.tree.file("\(tree.path)/\(file)").ownership().mode
                #expect(mode & 0o022 == 0, "\(file)")
            }
        }
    }

    /// What a refused command left is what was before.
    @Test(arguments: DoorState.allCases)
    func refusedCommandsChangeNothing(_ state: DoorState) throws {
        for row in DoorCommand.all {
            let tree = try DoorTree(state)
            let before = try tree.everything
            guard tree.direct(row.command, by: Actor.owner.client) != nil else { continue }
            #expect(try tree.everything == before, "\(row)")
        }
    }

    @Test func aContextThatIsGoneTakesNoCommand() throws {
        for row in DoorCommand.all {
            let tree = try DoorTree(.loaded)
            try tree.context.perform(.remove, by: Actor.owner.client)
            let refusal = tree.direct(row.command, by: Actor.root.client)
            #expect(refusal?.code == .operationNotSupportedByDevice, "\(row)")
        }
    }
}

extension DoorTree {
    /// All that the files of the context show.
    fileprivate var everything: [String] {
        get throws {
            try [
                "state", "target", "ctx_flags", "events", "smpl_fmt", "counters", "notify",
                "sets/0/pmcs", "sets/0/pmds", "sets/1/set_info", "sets/0/pmd0/long_reset",
            ].map { try tree.text("\(path)/\($0)") } + [tree.names("\(path)/sets").joined()]
        }
    }
}
