@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend

/// Time, overflows and time-outs (sections 6.3 to 6.7, 7.4, 7.5).
extension ReferenceWorld {
    /// Lets time pass. Where nothing but counting happens it goes in one piece; elsewhere it is
    /// halved until a single nanosecond is left.
    mutating func pass(_ duration: UInt64) {
        guard duration > 0 else { return }
        let isQuiet = contexts.values.allSatisfy { $0.isQuiet(for: duration) }
        guard !isQuiet, duration > 1 else {
            now += duration
            for slot in contexts.keys.sorted(by: {
                contexts[$0]?.loadOrdinal ?? 0 < contexts[$1]?.loadOrdinal ?? 0
            }) {
                count(slot, duration)
            }
            return
        }
        pass(duration / 2)
        pass(duration - duration / 2)
    }

    private mutating func count(_ slot: Int, _ duration: UInt64) {
        guard var context = contexts[slot] else { return }
        let overflowed = context.count(duration)
        if !overflowed.isEmpty { handleOverflow(&context, overflowed) }
        if context.hasTimedOut { handleTimeout(&context) }
        contexts[slot] = context
    }

    private mutating func handleTimeout(_ context: inout ReferenceContext) {
        statistics[context.cpu].timeoutsHandled += 1
        switchSets(&context, to: context.successor(of: context.active), long: false)
    }

    private mutating func handleOverflow(_ context: inout ReferenceContext, _ pmds: Set<Int>) {
        let cpu = context.cpu
        statistics[cpu].overflowsAll += 1
        statistics[cpu].overflowsProcessed += 1
        let index = context.active
        let setID = context.activeID
        var mustSwitch = false
        var notifies = false
        context.sets[index].pendingResets = []
        for number in pmds.sorted() {
            guard var pmd = context.sets[index].pmds[number] else { continue }
            if context.sets[index].flags.contains(.overflowSwitch), pmd.switchLeft > 0 {
                if pmd.switchLeft == 1 { mustSwitch = true }
                pmd.switchLeft -= 1
            }
            context.sets[index].pmds[number] = pmd
            context.sets[index].pendingResets.formUnion(pmd.resets.union([number]))
            if pmd.notifies { notifies = true }
        }
        context.sets[index].overflowed = pmds
        var masks = !mustSwitch || notifies
        if context.buffer != nil {
            masks = !sample(&context, index, pmds)
            notifies = notifies && masks
        }
        if masks {
            context.sets[index].settle()
            context.state = .masked
            context.canRestart = true
            context.sets[index].mustSwitch = mustSwitch
        } else if mustSwitch {
            switchSets(&context, to: context.successor(of: index), long: false)
        } else {
            reset(&context, index, long: false)
        }
        guard notifies else { return }
        context.isHeld = masks && context.flags.contains(.notifyBlock)
        guard !context.flags.contains(.overflowNoMessage), context.messages.count < 8 else {
            return
        }
        statistics[cpu].overflowsNotified += 1
        context.messages.append(context.message(set: setID, pmds: pmds, at: now))
    }

    /// The default format's handler, for each PMD until the buffer is full.
    ///
    /// - Returns: whether there is still room.
    private mutating func sample(
        _ context: inout ReferenceContext,
        _ index: Int,
        _ pmds: Set<Int>
    ) -> Bool {
        for number in pmds.sorted() {
            statistics[context.cpu].formatCalls += 1
            guard let pmd = context.sets[index].pmds[number] else { continue }
            let set = context.sets[index]
            let sample = ReferenceSample(
                time: now,
                tid: context.tid,
                cpu: context.cpu,
                set: set.id,
                pmd: number,
                lastReset: pmd.lastReset,
                values: pmd.sampled.sorted().map { set.pmds[$0]?.value ?? 0 }
            )
            guard context.buffer?.store(sample) == true else {
                statistics[context.cpu].buffersFilled += 1
                return false
            }
        }
        return true
    }

    /// `pfm_switch_sets`; what is left keeps its own pending resets.
    mutating func switchSets(
        _ context: inout ReferenceContext,
        to id: UInt16,
        long: Bool
    ) {
        context.sets[context.active].settle()
        guard let index = context.index(of: id) else { return }
        context.sets[index].runs += 1
        context.reloadCountdowns(index)
        context.activeID = id
        reset(&context, index, long: long)
        statistics[context.cpu].setSwitches += 1
    }

    /// Applies the pending resets of a set, if there are any.
    mutating func reset(_ context: inout ReferenceContext, _ index: Int, long: Bool) {
        let pending = context.sets[index].pendingResets
        guard !pending.isEmpty else { return }
        for number in pending.sorted() {
            guard var pmd = context.sets[index].pmds[number] else { continue }
            var value = long ? pmd.longReset : pmd.shortReset
            if pmd.isRandom { value &-= generator.next() & pmd.randomMask }
            pmd.value = value
            pmd.lastReset = value
            context.sets[index].pmds[number] = pmd
        }
        context.sets[index].pendingResets = []
        statistics[context.cpu].registerResets += 1
    }
}

extension ReferenceContext {
    /// Whether nothing but counting happens in the next nanoseconds.
    func isQuiet(for duration: UInt64) -> Bool {
        guard isCounting, !isPaused else { return true }
        let set = sets[active]
        if set.flags.contains(.timeSwitch), max(1, set.timeoutLeft) <= duration { return false }
        return counters(of: set).allSatisfy { counter in
            let (begin, end) = (programTime, programTime + duration)
            let events =
                counter.selection.happened(in: end) - counter.selection.happened(in: begin)
            guard let value = set.pmds[counter.pmd]?.value, !counter.isUnemulated else {
                return true
            }
            return !value.addingReportingOverflow(events).overflow
        }
    }

    /// The active set counts although its time-out has run out. (One that ran out in the
    /// nanosecond of a masking overflow is seen here after the first nanosecond that counts.)
    var hasTimedOut: Bool {
        let set = sets[active]
        return isCounting && !isPaused && set.flags.contains(.timeSwitch) && set.timeoutLeft == 0
    }

    /// Counts for a while, in which at most the last nanosecond overflows.
    ///
    /// - Returns: the PMDs whose 64-bit values wrapped.
    mutating func count(_ duration: UInt64) -> Set<Int> {
        guard isAttached, !isPaused else { return [] }
        let begin = programTime
        programTime += duration
        if state == .masked, isStarted {
            for set in sets.indices {
                for number in sets[set].pmds.keys {
                    sets[set].pmds[number]?.reading.masked += duration
                }
            }
        }
        guard isCounting else { return [] }
        let index = active
        for other in sets.indices {
            for number in sets[other].pmds.keys {
                sets[other].pmds[number]?.reading.enabled += duration
            }
        }
        var overflowed: Set<Int> = []
        for counter in counters(of: sets[index]) {
            guard var pmd = sets[index].pmds[counter.pmd] else { continue }
            let events =
                counter.selection.happened(in: programTime) - counter.selection.happened(in: begin)
            pmd.reading.count += events
            pmd.reading.running += duration
            let (sum, wrapped) = pmd.value.addingReportingOverflow(events)
            if counter.isUnemulated {
                let high = pmd.value / Self.width * Self.width
                pmd.value = high + (pmd.value % Self.width + events) % Self.width
            } else {
                pmd.value = sum
                if wrapped { overflowed.insert(counter.pmd) }
            }
            sets[index].pmds[counter.pmd] = pmd
        }
        sets[index].sinceStart += duration
        sets[index].timeoutLeft -= min(sets[index].timeoutLeft, duration)
        return overflowed
    }

    /// Countdowns and time-out of a set that becomes active.
    mutating func reloadCountdowns(_ index: Int) {
        if sets[index].flags.contains(.overflowSwitch) {
            for (number, pmd) in sets[index].pmds {
                sets[index].pmds[number]?.switchLeft = pmd.switchCount
            }
        }
        if sets[index].flags.contains(.timeSwitch) {
            sets[index].timeoutLeft = sets[index].timeout
        }
    }

    func message(set: UInt16, pmds: Set<Int>, at time: UInt64) -> Message {
        .overflow(
            OverflowMessage(
                set: set,
                pmds: RegisterSet(pmds),
                pid: tid,
                tid: tid,
                cpu: cpu,
                ip: 0,
                time: time
            )
        )
    }
}
