@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import Testing

/// Records as the kernel writes them into the ring. The bytes were recorded on Linux 6.18.
@Suite
struct PerfRecordTests {
    private func decode(_ words: some Collection<UInt64>) -> PerfRecord? {
        Array(words).withUnsafeBytes { PerfRecord($0) }
    }

    /// The 37th page fault of a thread, in a group of gate, page-faults and task-clock.
    private static let sample: [UInt64] = [
        0x0090_0002_0000_0009,  // 144 bytes, from user mode, PERF_RECORD_SAMPLE
        0x2735,  // identifier
        0x7fbf_f6ba_8ad2,  // ip
        0x1eca_0000_1ec3,  // tid, pid
        0x366_76b9_eb8a,  // time
        0,  // cpu
        3,  // members
        0x1ff93, 0x1ff93,  // time enabled, time running
        0, 0x2734, 0,  // value, id and lost of the gate
        37, 0x2735, 0,  // page-faults
        0x200e8, 0x2736, 0,  // task-clock
    ]

    @Test("a sample with the counts of its group")
    func sampleRecord() throws {
        guard case .sample(let sample) = decode(Self.sample) else {
            Issue.record("not decoded")
            return
        }
        #expect(sample.event == 0x2735)
        #expect(sample.time == 0x366_76b9_eb8a)
        #expect(
            sample.place == SamplePlace(ip: 0x7fbf_f6ba_8ad2, pid: 0x1ec3, tid: 0x1eca, cpu: 0)
        )
        #expect(sample.counts.values == [37, 0x200e8])
        #expect(sample.counts.timeEnabled == 0x1ff93)
        #expect(sample.counts.timeRunning == 0x1ff93)
        #expect(sample.counts.lost == 0)
    }

    @Test("records cut short anywhere are refused, not misread")
    func cutShort() {
        for length in 0..<Self.sample.count {
            #expect(decode(Self.sample.prefix(length)) == nil)
        }
        var tooMany = Self.sample
        tooMany[6] = .max
        #expect(decode(tooMany) == nil)
        tooMany[6] = 4
        #expect(decode(tooMany) == nil)
    }

    @Test("lost samples, and records that nobody asked for")
    func otherRecords() {
        guard case .lost(let event, let count) = decode([0x0018_0000_0000_0002, 0x275f, 0x997])
        else {
            Issue.record("not decoded")
            return
        }
        #expect(event == 0x275f)
        #expect(count == 0x997)
        #expect(decode([0x0018_0000_0000_0002, 0x275f]) == nil)
        guard case .throttled = decode([0x0020_0000_0000_0005, 1, 2, 3]) else {
            Issue.record("not decoded")
            return
        }
        // PERF_RECORD_EXIT.
        #expect(decode([0x0028_0000_0000_0004, 1, 2, 3, 4]) == nil)
    }

    @Test("a call chain loses its marks and the place it begins with")
    func callChain() throws {
        let chain: [UInt64] = [
            5, UInt64(bitPattern: -512), 0x7fbf_f6ba_8ad2, 0x1000, 0x2000, 0x7fbf_f6ba_8ad2,
        ]
        guard case .sample(let sample) = decode(Self.sample + chain) else {
            Issue.record("not decoded")
            return
        }
        #expect(sample.place.callChain == [0x1000, 0x2000, 0x7fbf_f6ba_8ad2])
        guard case .sample(let cut) = decode(Self.sample + [.max, 0x1000]) else {
            Issue.record("not decoded")
            return
        }
        #expect(cut.place.callChain == [0x1000], "a count beyond the record is not believed")
    }

    @Test("a thread that executes a program, and the code that it maps")
    func processRecords() throws {
        // 7 bytes of name, zeros up to a multiple of 8, thread and process, time.
        let exec: [UInt64] = [
            0x0028_2000_0000_0003, 0x0000_0047_0000_0046, 0x0000_7265_6b72_6f77,
            0x0000_0047_0000_0046, 99,
        ]
        guard case .process(.named(let thread), time: 99) = decode(exec) else {
            Issue.record("not decoded")
            return
        }
        #expect(thread == NamedThread(pid: 70, tid: 71, name: "worker", isExec: true))
        let map: [UInt64] = [
            0x0060_0002_0000_000a, 0x0000_0047_0000_0046, 0x1000, 0x2000, 0x3000,
            0x0000_0001_0000_0008, 55, 0, 0x0000_0002_0000_0005, 0x0000_0078_2f6e_6962,
            0x0000_0047_0000_0046, 100,
        ]
        guard case .process(.mapped(let code), time: 100) = decode(map) else {
            Issue.record("not decoded")
            return
        }
        #expect(code.address == 0x1000 && code.length == 0x2000 && code.offset == 0x3000)
        #expect(code.major == 8 && code.minor == 1 && code.inode == 55)
        #expect(code.protection == 5 && code.flags == 2)
        #expect(code.path == "bin/x")
        for length in 1..<map.count {
            if case .process(.mapped(let short), _) = decode(map.prefix(length)) {
                #expect(short.path != "bin/x")
            }
        }
    }
}

@Suite
struct CPUNumbersTests {
    @Test(
        "lists of CPUs",
        arguments: [
            ("0-3,8", [0, 1, 2, 3, 8]), ("5", [5]), ("", []), ("0-1,x,4-2", [0, 1]),
        ]
    )
    func parse(text: String, numbers: [Int]) {
        #expect(CPUNumbers.parse(text) == numbers)
    }

    @Test("ranges are written as the kernel does")
    func write() {
        #expect(CPUNumbers.text([0, 1, 2, 5, 7, 8]) == "0-2,5,7-8")
        #expect(CPUNumbers.text([]) == "")
    }
}
