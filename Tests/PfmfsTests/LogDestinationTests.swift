import LinuxSupport
import Logging
import Testing

@testable import pfmfs

@Suite(.timeLimit(.minutes(1))) struct LogDestinationTests {
    private struct State {
        var lines: [String] = []
        var isOpen = false
    }

    private let state = Monitor(State())

    private func destination() -> LogDestination {
        LogDestination { [state] line, _ in
            state.wait { state, _ in state.isOpen ? () : nil }
            state.withLock { $0.lines.append(line) }
        }
    }

    @Test func writesAtOnceUntilItIsToldOtherwise() {
        state.withLock { $0.isOpen = true }
        let log = destination()
        log.write("first")
        #expect(state.withLock { $0.lines } == ["first"])
    }

    @Test func keepsNobodyWaitingAndCountsWhatItLeavesOut() {
        let log = destination()
        log.writeApart()
        let more = 77
        // Nothing is written yet, and every call returns.
        for number in 0..<LogDestination.capacity + more { log.write("line \(number)") }
        #expect(state.withLock { $0.lines.isEmpty })
        state.withLock { $0.isOpen = true }
        log.finish(within: 60_000_000_000)
        let lines = state.withLock { $0.lines }
        #expect(lines.count == LogDestination.capacity + 1)
        #expect(lines.first == "line 0")
        #expect(lines.last == "line \(LogDestination.capacity - 1)")
        #expect(lines.contains("\(more) lines were left out: the log was too slow"))
    }

    @Test func doesNotWaitForEverAtTheEnd() {
        let log = destination()
        log.writeApart()
        log.write("never")
        log.finish(within: 1_000_000)
        #expect(state.withLock { $0.lines.isEmpty })
        state.withLock { $0.isOpen = true }
        log.finish(within: 60_000_000_000)
    }
}
