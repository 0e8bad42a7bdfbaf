internal import PerfmonEngine
internal import PerfmonEvents
internal import PerfmonModel

/// Which kernel events a group has, for the counters of one set or of several that count all the time
/// together.
///
/// Most counters are one event. Where the kernel's event of a counter stands more than once in the
/// group and is to be sampled, the order in which the kernel serves the events decides what a sample
/// shows: those that it serves later are one event behind. So counters come first in its order and
/// events that only sample come last.
struct PerfLayout: Equatable {
    /// How a running event takes a new period.
    enum Kind: Equatable {
        /// One interval late, after a sample that nobody asked for: software events, tracepoints and
        /// breakpoints.
        case pipelined
        /// At once: hardware and clocks.
        case direct
    }

    /// One counter of one set.
    struct Cell: Equatable {
        /// Index of the set, and of the counter in its program.
        let set: Int
        let counter: Int
        let kind: Kind
        /// Index of the member that counts, from 1 on; the gate is 0.
        fileprivate(set) var counting = 0
        /// Index of the member that samples, often the same; nil when it never overflows.
        fileprivate(set) var sampling: Int?
        /// Cells whose kernel event is the same as this one's, itself left out. Samples of theirs may
        /// be told under this one's number, and the other way round.
        fileprivate(set) var twins: [Int] = []
    }

    /// One event of the group, the gate left out, in the order of opening.
    struct Member: Equatable {
        let cell: Int
        let counts: Bool
        let samples: Bool
    }

    private(set) var cells: [Cell] = []
    private(set) var members: [Member] = []
    /// The cells of each set.
    private(set) var ranges: [Range<Int>] = []

    /// - Parameters:
    ///   - inherit: the events follow children, and each samples for itself.
    ///   - samplesLater: counters that do not overflow now are opened so that they can.
    init(_ programs: [SetProgram], inherit: Bool = false, samplesLater: Bool = true) {
        var counters: [CounterProgram] = []
        for (set, program) in programs.enumerated() {
            ranges.append(cells.count..<cells.count + program.counters.count)
            for (index, counter) in program.counters.enumerated() {
                cells.append(Cell(set: set, counter: index, kind: Kind(counter.selection)))
                counters.append(counter)
            }
        }
        findTwins(counters)
        var first: [Member] = []
        var middle: [Member] = []
        var last: [Member] = []
        for (index, counter) in counters.enumerated() {
            let cell = cells[index]
            guard !inherit, !cell.twins.isEmpty else {
                let canSample =
                    cell.kind == .pipelined && samplesLater && !inherit && !counter.isUnemulated
                middle.append(
                    Member(
                        cell: index,
                        counts: true,
                        samples: counter.distance != nil || canSample
                    )
                )
                continue
            }
            let isServedInOrder = counter.selection.isBreakpoint
            let samplesAlone = cell.twins.allSatisfy { !counters[$0].willOverflow }
            // Breakpoints are few: the debug registers of the CPU.
            let isOne = samplesAlone || isServedInOrder || !counter.willOverflow
            if isOne, !counter.willOverflow {
                middle.append(Member(cell: index, counts: true, samples: false))
                continue
            }
            if !isOne { middle.append(Member(cell: index, counts: true, samples: false)) }
            let sampler = Member(cell: index, counts: isOne, samples: true)
            if isServedInOrder { last.append(sampler) } else { first.append(sampler) }
        }
        members = first + middle + last
        for (index, member) in members.enumerated() {
            if member.counts { cells[member.cell].counting = index + 1 }
            if member.samples { cells[member.cell].sampling = index + 1 }
        }
    }

    private mutating func findTwins(_ counters: [CounterProgram]) {
        var known: [EventSelection: [Int]] = [:]
        for (index, counter) in counters.enumerated() where cells[index].kind == .pipelined {
            known[counter.selection.withoutModes, default: []].append(index)
        }
        for twins in known.values where twins.count > 1 {
            for index in twins { cells[index].twins = twins.filter { $0 != index } }
        }
    }
}

extension PerfLayout {
    /// Most counters of sets that share a group; each sample holds a count of every one.
    private static let mostShared = 64

    /// The sets that each group of a session holds. Sets that are left at an overflow share a group if
    /// all of them can count at the same time.
    static func groups(_ programs: [SetProgram], _ opening: PerfOpening) -> [[SetProgram]] {
        groups(programs, inherit: opening.inherit, holds: opening.signalData != nil)
    }

    /// The same, for a request.
    static func groups(_ request: AttachRequest) -> [[SetProgram]] {
        groups(request.sets, inherit: request.inherit, holds: request.holdAtOverflow)
    }

    private static func groups(
        _ programs: [SetProgram],
        inherit: Bool,
        holds: Bool
    ) -> [[SetProgram]] {
        let apart = programs.map { [$0] }
        guard programs.count > 1, !inherit, !holds,
            programs.contains(where: \.switchesAtOverflow)
        else { return apart }
        var count = 0
        for program in programs {
            count += program.counters.count
            let isPipelined = program.counters.allSatisfy { Kind($0.selection) == .pipelined }
            guard isPipelined, program.timeout == nil, count <= mostShared else { return apart }
        }
        return [programs]
    }
}

extension CounterProgram {
    /// Whether the counter overflows, or will once it is reset.
    fileprivate var willOverflow: Bool { !isUnemulated && (distance != nil || forecast != nil) }
}

extension PerfLayout.Kind {
    init(_ selection: EventSelection) {
        guard case .generic(let image, _) = selection,
            let layout = try? GenericLayout(selection: image)
        else {
            self = .direct
            return
        }
        switch layout.event {
        case .software(let number): self = number > 1 ? .pipelined : .direct
        case .tracepoint, .breakpoint: self = .pipelined
        case .hardware, .cache, .uprobe, .dynamic: self = .direct
        }
    }
}

extension EventSelection {
    /// The kernel's event alone, whatever the modes in which it is counted.
    fileprivate var withoutModes: EventSelection {
        guard case .generic(let image, let operand) = self,
            let layout = try? GenericLayout(selection: image)
        else { return self }
        var bare = GenericLayout(layout.event)
        bare.operandRegister = 0
        return .generic(bare.image, operand: operand)
    }

    /// Whether it is a breakpoint, which the kernel serves in the order of opening.
    fileprivate var isBreakpoint: Bool {
        guard case .generic(let image, _) = self,
            case .breakpoint? = (try? GenericLayout(selection: image))?.event
        else { return false }
        return true
    }
}
