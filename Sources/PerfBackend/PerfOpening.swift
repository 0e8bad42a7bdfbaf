internal import CPerfEvent
internal import LinuxSupport
internal import PerfmonEngine
internal import PerfmonEvents
internal import PerfmonModel
internal import SystemPackage

/// A placement as perf_event_open(2) takes it.
extension Placement {
    /// The only one of a thread that is followed wherever it runs, or of a CPU.
    init(_ target: Target) {
        self = target.thread.map { Placement(thread: $0) } ?? Placement(cpu: target.cpu ?? -1)
    }

    /// -1 for every thread.
    var tid: Int32 { thread ?? -1 }

    /// -1 for every CPU.
    var cpuNumber: Int32 { cpu.map { Int32($0) } ?? -1 }
}

extension Target {
    /// -1 for every thread.
    var tid: Int32 { thread ?? -1 }
}

/// How the events of one session are opened: where, with which options, into which ring.
struct PerfOpening {
    let attributes: PerfAttributes
    let names: PerfEventName
    let kernel: PerfKernel
    let target: Target
    var placement: Placement
    let inherit: Bool
    /// What the signal carries that stops the thread at each overflow, for its tracer to see; nil
    /// when the thread is not to be stopped.
    let signalData: UInt64?
    /// Overflows wake the reader when the ring is half full, not one by one.
    let wakesByWatermark: Bool
    /// Shortest distance of a clock event in nanoseconds; below it the kernel throttles, and
    /// throttled clocks count wrongly.
    let shortestClockDistance: UInt64
    /// Overflows carry their call chain.
    let wantsCallChains: Bool
    /// Where samples go.
    var output: PerfOutput
    /// The ring whose hang-up tells that the thread is gone, or no longer the client's to count.
    let witness: PerfOutput
    /// Asks anew whether the target may be monitored, and opens the ring that tells if that changes.
    /// Sessions that let go of their ring do so before they open anything more.
    var askAgain: (() throws(PfmError) -> Void)?

    /// The largest distance that the kernel takes; larger ones never come about.
    static let maxDistance = UInt64(Int64.max)

    var tid: Int32 { placement.tid }
    var cpu: Int32 { placement.cpuNumber }

    /// Whether every thread of a family overflows by itself, with samples that hold no counts.
    var isFamily: Bool { placement.thread != nil && placement.cpu != nil }

    /// The same for a thread and its children on one CPU: the kernel has rings for events that
    /// follow children only there.
    func at(_ placement: Placement, _ output: PerfOutput) -> PerfOpening {
        var opening = self
        opening.placement = placement
        opening.output = output
        return opening
    }

    /// Whether the set's time-out is kept by an event of the group, not by a timer of ours.
    ///
    /// Inherited events have no ring, and a CPU's time-outs are in wall time.
    var countsTimeouts: Bool {
        target.thread != nil && !inherit
    }

    /// Opens a whole set, halted. All or nothing.
    ///
    /// - Parameter atExec: the set starts when the thread executes a program.
    /// - Throws: what the kernel refused, with the set and the PMD in the sentence.
    func open(_ program: SetProgram, atExec: Bool = false) throws(PfmError) -> PerfOpenGroup {
        var group = PerfOpenGroup()
        let selected = try members(program)
        var gate = Self.dummy
        gate.disabled = 1
        gate.inherit = inherit ? 1 : 0
        gate.enable_on_exec = atExec ? 1 : 0
        gate.pinned = selected.contains(where: isHardware) ? 1 : 0
        try add(gate, to: &group, program, nil)
        for (counter, attr) in zip(program.counters, selected) {
            try add(attr, to: &group, program, counter)
        }
        if let timeout = program.timeout, countsTimeouts {
            var trigger = Self.dummy
            trigger.config = UInt64(PERF_COUNT_SW_TASK_CLOCK.rawValue)
            Self.widen(&trigger)
            sampling(&trigger, distance: max(timeout, shortestClockDistance))
            try add(trigger, to: &group, program, nil)
            group.hasTrigger = true
        }
        return group
    }

    /// Whether a counter's distance is time, so that `shortestClockDistance` holds for it.
    static func isClock(_ attr: perf_event_attr) -> Bool {
        attr.type == PERF_TYPE_SOFTWARE.rawValue
            && (attr.config == UInt64(PERF_COUNT_SW_CPU_CLOCK.rawValue)
                || attr.config == UInt64(PERF_COUNT_SW_TASK_CLOCK.rawValue))
    }

    /// The kernel's period for a counter's distance. A clock's is never below what the kernel
    /// keeps up with.
    func period(of counter: CounterProgram) -> UInt64 {
        guard let distance = counter.distance else { return Self.maxDistance }
        let isClock = (try? attributes.attributes(for: counter.selection)).map(Self.isClock)
        return min(max(distance, isClock == true ? shortestClockDistance : 1), Self.maxDistance)
    }

    /// An event that never happens: leader of a group, owner of a ring, question about a target.
    static var dummy: perf_event_attr {
        var attr = perf_event_attr()
        attr.size = UInt32(MemoryLayout<perf_event_attr>.size)
        attr.type = PERF_TYPE_SOFTWARE.rawValue
        attr.config = UInt64(PERF_COUNT_SW_DUMMY.rawValue)
        attr.read_format = PerfGroupCounts.format
        attr.exclude_kernel = 1
        attr.use_clockid = 1
        attr.clockid = PerfAttributes.clock
        return attr
    }

    /// Whether any event of a set writes samples.
    func samples(_ program: SetProgram) -> Bool {
        program.counters.contains { $0.distance != nil }
            || program.timeout != nil && countsTimeouts
    }

    /// The attributes of a set's counters, in their order.
    func members(_ program: SetProgram) throws(PfmError) -> [perf_event_attr] {
        var result: [perf_event_attr] = []
        for counter in program.counters {
            do throws(PfmError) {
                var attr = try attributes.attributes(for: counter.selection)
                attr.inherit = inherit ? 1 : 0
                if let distance = counter.distance {
                    try checkDistance(distance, of: attr)
                    sampling(&attr, distance: distance)
                    if isFamily { attr.sample_type = PerfSample.typeWithoutCounts }
                    if wantsCallChains {
                        attr.sample_type |= UInt64(PERF_SAMPLE_CALLCHAIN.rawValue)
                        attr.exclude_callchain_kernel = attr.exclude_kernel
                    }
                    attr.watermark = wakesByWatermark ? 1 : 0
                    attr.wakeup_events = wakesByWatermark ? 0 : 1
                    if let signalData {
                        attr.sigtrap = 1
                        attr.sig_data = signalData
                        // The kernel insists. The tracer sees the exec too, and has them reopened.
                        attr.remove_on_exec = 1
                    }
                    if Self.isClock(attr) { Self.widen(&attr) }
                }
                result.append(attr)
            } catch {
                throw Self.placed(error, program, counter)
            }
        }
        return result
    }

    private func checkDistance(_ distance: UInt64, of attr: perf_event_attr) throws(PfmError) {
        if Self.isClock(attr), distance < shortestClockDistance {
            throw PfmError(
                .invalidArgument,
                "a clock can overflow every \(shortestClockDistance) ns at most, not every \(distance)",
                hint: "perf_event_max_sample_rate is \(kernel.maxSampleRate)"
            )
        }
        if distance == 0 {
            throw PfmError(.invalidArgument, "the distance to the next overflow is 0")
        }
    }

    private func sampling(_ attr: inout perf_event_attr, distance: UInt64) {
        attr.sample_period = min(distance, Self.maxDistance)
        attr.sample_type = PerfSample.type
        attr.wakeup_events = 1
    }

    /// Lets a clock overflow in every mode. The kernel counts the time of all modes whatever is
    /// asked for, but then drops the overflows of those that were not.
    private static func widen(_ attr: inout perf_event_attr) {
        attr.exclude_user = 0
        attr.exclude_kernel = 0
    }

    private func isHardware(_ attr: perf_event_attr) -> Bool {
        switch attr.type {
        case PERF_TYPE_HARDWARE.rawValue, PERF_TYPE_HW_CACHE.rawValue, PERF_TYPE_RAW.rawValue:
            true
        default:
            attributes.devices.device(ofType: attr.type)?.isSoftware == false
        }
    }

    private func add(
        _ attr: perf_event_attr,
        to group: inout PerfOpenGroup,
        _ program: SetProgram,
        _ counter: CounterProgram?
    ) throws(PfmError) {
        do throws(Errno) {
            let leader = group.files.raw.first ?? -1
            let file = try openEvent(attr, leader: leader)
            if attr.sample_period != 0 {
                try PerfEventFile.setOutput(file.raw, ring: output.event)
            }
            group.ids.append(try PerfEventFile.id(file.raw))
            group.files.append(file)
        } catch {
            let failure = PerfOpenFailure(
                code: error,
                attributes: attr,
                event: counter.map { names.name(of: $0.selection, attr) } ?? "the set's own event",
                target: target,
                kernel: kernel,
                devices: attributes.devices
            )
            throw Self.placed(failure.error, program, counter)
        }
    }

    private func openEvent(
        _ attr: perf_event_attr,
        leader: Int32
    ) throws(Errno) -> OwnedDescriptor {
        do throws(Errno) {
            return try PerfEventFile.open(attr, tid: tid, cpu: cpu, group: leader)
        } catch {
            // An unprivileged pfmfs cannot have the overflows in kernel mode.
            guard error == .permissionDenied, attr.sample_period != 0, Self.isClock(attr) else {
                throw error
            }
            var narrow = attr
            narrow.exclude_kernel = 1
            return try PerfEventFile.open(narrow, tid: tid, cpu: cpu, group: leader)
        }
    }

    /// Puts the set and the register in front of a sentence.
    static func placed(
        _ error: PfmError,
        _ program: SetProgram,
        _ counter: CounterProgram?
    ) -> PfmError {
        var error = error
        let register = counter.map { ", pmd\($0.pmd)" } ?? ""
        error.message = "set \(program.id)\(register): \(error.message)"
        return error
    }
}

/// The open events of one set: the gate, the counters in their order, and the time-out's trigger.
struct PerfOpenGroup: ~Copyable {
    var files = OwnedDescriptors()
    /// The kernel's number of each event, in the same order.
    var ids: [UInt64] = []
    var hasTrigger = false
}
