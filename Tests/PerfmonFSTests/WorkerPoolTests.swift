@testable import LinuxSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct WorkerPoolTests {
    private struct State {
        var running: [UInt64] = []
        var done: [UInt64] = []
        var isOpen = false
    }

    private let state = Monitor(State())

    private func submit(to pool: WorkerPool, _ lane: UInt64) {
        pool.submit(lane: lane) { [state] in
            state.withLock { $0.running.append(lane) }
            state.wait { state, _ in state.isOpen ? () : nil }
            state.withLock { $0.done.append(lane) }
        }
    }

    @Test func oneLaneTakesOneThread() {
        let pool = WorkerPool(name: "test-pool", threads: 2)
        for lane: UInt64 in [1, 1, 1, 1, 2] { submit(to: pool, lane) }
        state.wait { state, _ in state.running.count == 2 ? () : nil }
        #expect(state.withLock { Set($0.running) } == [1, 2])
        state.withLock { $0.isOpen = true }
        state.wait { state, _ in state.done.count == 5 ? () : nil }
    }

    @Test func hasNoMoreThreadsThanItsLimit() {
        let pool = WorkerPool(name: "test-pool", threads: 3)
        for lane in 0..<100 { submit(to: pool, UInt64(lane)) }
        state.wait { state, _ in state.running.count == 3 ? () : nil }
        state.withLock { $0.isOpen = true }
        state.wait { state, _ in state.done.count == 100 ? () : nil }
        #expect(state.withLock { Set($0.done).count } == 100)
    }

    @Test func doesEverythingThatManyThreadsHandIn() {
        let pool = WorkerPool(name: "test-pool", threads: 4)
        state.withLock { $0.isOpen = true }
        let threads = (0..<4).map { number in
            SystemThread("test-feeder") {
                for job in 0..<500 { submit(to: pool, UInt64(number * 3 + job % 3)) }
            }
        }
        for thread in threads { thread.join() }
        state.wait { state, _ in state.done.count == 2000 ? () : nil }
    }
}
