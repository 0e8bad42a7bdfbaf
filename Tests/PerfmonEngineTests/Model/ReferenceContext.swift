@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend

/// One PMD of one set, as the specification's section 2.4 lists it.
struct ReferencePmd {
    var value: UInt64 = 0
    var lastReset: UInt64 = 0
    var longReset: UInt64 = 0
    var shortReset: UInt64 = 0
    var randomMask: UInt64 = 0
    var switchCount: UInt64 = 0
    var switchLeft: UInt64 = 0
    var resets: Set<Int> = []
    var sampled: Set<Int> = []
    var notifies = false
    var isRandom = false
    var reading = ReferenceReading()
}

/// What `counters` says of a PMD.
struct ReferenceReading {
    var count: UInt64 = 0
    /// Nanoseconds for which the context counted, and those of them that this PMD did.
    var enabled: UInt64 = 0
    var running: UInt64 = 0
    /// What the PMD selects was on the hardware; a load is needed for that.
    var wasLoaded = false

    mutating func restart() {
        (count, enabled, running) = (0, 0, 0)
    }
}

/// One event set (section 2.2).
struct ReferenceSet {
    let id: UInt16
    var nextID: UInt16 = 0
    var flags: SetFlags = []
    var timeout: UInt64 = 0
    var timeoutLeft: UInt64 = 0
    var runs: UInt64 = 0
    /// Active time before and since the last start.
    var settled: UInt64 = 0
    var sinceStart: UInt64 = 0
    var overflowed: Set<Int> = []
    var pendingResets: Set<Int> = []
    var mustSwitch = false
    var pmcs: [Int: UInt64] = [:]
    var unemulated: Set<Int> = []
    var pmds: [Int: ReferencePmd] = [:]

    func selection(ofPmd number: Int) -> ReferenceWorkload.Selection? {
        let pmc = min(number, 16)
        let control = pmcs[pmc] ?? ReferenceWorkload.defaultValue(ofPmc: pmc) ?? 0
        return ReferenceWorkload.selection(ofPmd: number, control: control)
    }

    mutating func settle() {
        settled += sinceStart
        sinceStart = 0
    }
}

/// A counter of the active set that counts.
struct ReferenceCounter {
    let pmd: Int
    let selection: ReferenceWorkload.Selection
    let isUnemulated: Bool
}

/// A small model of one perfmon2 context, written from the specification alone: time goes on
/// nanosecond by nanosecond, or by any number of them in which nothing but counting happens.
struct ReferenceContext {
    var flags: ContextFlags = []
    var state = ContextState.unloaded
    var isStarted = false
    var target: Target?
    var canRestart = false
    var isHeld = false
    var sets = [ReferenceSet(id: 0)]
    var activeID: UInt16 = 0
    var messages: [Message] = []
    /// Nil without a sampling format.
    var buffer: ReferenceBuffer?
    /// The monitored program's own time, and whether it sleeps.
    var programTime: UInt64 = 0
    var isPaused = false
    /// Ordinal of the load, which orders what happens to two contexts in one nanosecond.
    var loadOrdinal = 0

    static let width = UInt64(1) << 31

    var isCounting: Bool { state == .loaded && isStarted }
    var isAttached: Bool { state == .loaded || state == .masked }
    /// Statistics of a thread go to CPU 0: simulated threads run there.
    var cpu: Int {
        target?.cpu ?? 0
    }

    /// The monitored thread; 0 on a CPU.
    var tid: Int32 {
        target?.thread ?? 0
    }

    func index(of id: UInt16) -> Int? {
        sets.firstIndex { $0.id == id }
    }

    var active: Int { index(of: activeID) ?? 0 }

    /// The counters of a set that count whenever it is active.
    func counters(of set: ReferenceSet) -> [ReferenceCounter] {
        set.pmds.keys.sorted().compactMap { number in
            guard let selection = set.selection(ofPmd: number) else { return nil }
            return ReferenceCounter(
                pmd: number,
                selection: selection,
                isUnemulated: set.unemulated.contains(number)
            )
        }
    }

    func successor(of index: Int) -> UInt16 {
        let set = sets[index]
        return set.flags.contains(.explicitNext)
            ? set.nextID : sets[(index + 1) % sets.count].id
    }
}

/// Machine-wide figures that commands and overflows move.
struct ReferenceWorld {
    var now: UInt64 = 0
    var contexts: [Int: ReferenceContext] = [:]
    var endedThreads: Set<Int32> = []
    var generator: SeededGenerator
    var statistics = [CPUStatistics(), CPUStatistics()]
    var loads = 0
    let tick: UInt64

    init(seed: UInt64, tick: UInt64) {
        generator = SeededGenerator(seed: seed)
        self.tick = tick
    }
}
