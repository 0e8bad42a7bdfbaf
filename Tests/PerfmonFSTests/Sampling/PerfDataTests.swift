@testable import FuseKit
@testable import LinuxSupport
@testable import PerfBackend
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonFS
@testable import PerfmonModel
@testable import PrivilegeSupport
@testable import SimulatedBackend
import SystemPackage
import Testing

/// What is written for perf, byte for byte.
@Suite struct PerfDataTests {
    /// A record of a file in pipe mode.
    private struct Record {
        var kind: UInt32
        var misc: UInt16
        var body: [UInt8]

        func number<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Number {
            body.withUnsafeBytes {
                Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: type))
            }
        }
    }

    private func records(of file: [UInt8]) throws -> [Record] {
        #expect(Array(file.prefix(16)) == Array("PERFILE2".utf8) + [16, 0, 0, 0, 0, 0, 0, 0])
        var records: [Record] = []
        var offset = 16
        while offset < file.count {
            let size = Int(file[offset + 6]) | Int(file[offset + 7]) << 8
            try #require(size >= 8 && offset + size <= file.count)
            records.append(
                Record(
                    kind: UInt32(file[offset]),
                    misc: UInt16(file[offset + 4]) | UInt16(file[offset + 5]) << 8,
                    body: Array(file[offset + 8..<offset + size])
                )
            )
            offset += size
        }
        return records
    }

    @Test func sampleRecords() throws {
        let tree = try SamplingTree()
        try tree.sample()
        tree.pass(2000)
        let all = try records(of: try tree.bytes("contexts/c/smpl/perf.data"))
        let samples = all.filter { $0.kind == 9 }
        #expect(samples.count == 2)
        #expect(
            samples.first?.body == [
                1, 0, 0, 0, 0, 0, 0, 0,  // identifier: set 0, pmd 0
                0x10, 0, 0x40, 0, 0, 0, 0, 0,  // ip
                7, 0, 0, 0, 7, 0, 0, 0,  // pid, tid
                0xe8, 3, 0, 0, 0, 0, 0, 0,  // time
                0, 0, 0, 0, 0, 0, 0, 0,  // cpu
                0xe8, 3, 0, 0, 0, 0, 0, 0,  // period
            ]
        )
        #expect(samples.first?.misc == 2, "in user mode")
    }

    @Test func attributesAndNames() throws {
        let tree = try SamplingTree()
        try tree.sample()
        let all = try records(of: try tree.bytes("contexts/c/smpl/perf.data"))
        #expect(all.map(\.kind).prefix(2) == [64, 78])
        let attribute = all[0]
        #expect(attribute.body.count == 136)
        #expect(attribute.number(UInt32.self, at: 4) == 128)
        #expect(attribute.number(UInt64.self, at: 16) == 1000)
        #expect(attribute.number(UInt64.self, at: 24) == 0x10187)
        #expect(attribute.number(UInt64.self, at: 40) == 0x384_2300)
        #expect(attribute.number(Int32.self, at: 92) == 1)
        #expect(attribute.number(UInt64.self, at: 128) == 1)
        let name = all[1]
        #expect(name.number(UInt64.self, at: 0) == 2)
        #expect(name.number(UInt64.self, at: 8) == 1)
        #expect(Array(name.body[16...]) == Array("cycles".utf8) + [0, 0])
    }

    @Test func callChainsChangeBetweenKernelAndUser() throws {
        let tree = try SamplingTree()
        try tree.sample(format: "stacks depth=4")
        tree.pass(1000)
        let all = try records(of: try tree.bytes("contexts/c/smpl/perf.data"))
        let attribute = try #require(all.first { $0.kind == 64 })
        #expect(attribute.number(UInt64.self, at: 24) == 0x101a7)
        let sample = try #require(all.first { $0.kind == 9 })
        #expect(sample.number(UInt64.self, at: 48) == 5)
        #expect(sample.number(Int64.self, at: 56) == -512)
        #expect(sample.number(UInt64.self, at: 64) == sample.number(UInt64.self, at: 8))
        #expect(sample.body.count == 56 + 5 * 8)
    }

    @Test func processesAreNamedAndMapped() throws {
        let tree = try SamplingTree()
        try tree.sample()
        let processes = try #require(tree.engine.context("c")?.sampling?.processes)
        let before = try records(of: try tree.bytes("contexts/c/smpl/perf.data")).count
        processes.add(
            .named(NamedThread(pid: 70, tid: 71, name: "worker", isExec: true)),
            at: 5
        )
        processes.add(
            .mapped(
                MappedCode(
                    pid: 70,
                    tid: 71,
                    address: 0x1000,
                    length: 0x2000,
                    offset: 0x3000,
                    major: 8,
                    minor: 1,
                    inode: 99,
                    protection: 5,
                    flags: 2,
                    path: "/bin/worker"
                )
            ),
            at: 6
        )
        processes.add(
            .forked(ForkedThread(pid: 80, parentPid: 70, tid: 81, parentTid: 71)),
            at: 7
        )
        let all = try records(of: try tree.bytes("contexts/c/smpl/perf.data"))
        #expect(all.count == before + 3)
        let trailer: (Int32, Int32, UInt8) -> [UInt8] = { pid, tid, time in
            [UInt8(pid), 0, 0, 0, UInt8(tid), 0, 0, 0, time, 0, 0, 0, 0, 0, 0, 0]
                + [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
        }
        let comm = all[before]
        #expect(comm.kind == 3 && comm.misc == 0x2000)
        #expect(
            comm.body == [70, 0, 0, 0, 71, 0, 0, 0] + Array("worker".utf8) + [0, 0]
                + trailer(70, 71, 5)
        )
        let map = all[before + 1]
        #expect(map.kind == 10 && map.misc == 2)
        #expect(map.number(UInt64.self, at: 8) == 0x1000)
        #expect(map.number(UInt64.self, at: 16) == 0x2000)
        #expect(map.number(UInt64.self, at: 24) == 0x3000)
        #expect(map.number(UInt64.self, at: 40) == 99)
        #expect(map.number(UInt32.self, at: 56) == 5)
        #expect(Array(map.body[64..<80]) == Array("/bin/worker".utf8) + [0, 0, 0, 0, 0])
        #expect(Array(map.body[80...]) == trailer(70, 71, 6))
        let fork = all[before + 2]
        #expect(fork.kind == 7)
        #expect(Array(fork.body[24...]) == trailer(80, 81, 7))
    }

    @Test func theKernelIsShownToThoseWhoMayKnow() throws {
        let tree = try SamplingTree()
        try tree.sample()
        let sampling = try #require(tree.mount.node(of: tree.engine.allContexts[0]).sampling)
        var writer = PerfDataWriter(
            sampling.sampling,
            kernel: KernelMap(start: 0xffff_ffff_8100_0000, end: 0xffff_ffff_c000_0000)
        )
        var bytes: [UInt8] = []
        writer.begin(&bytes)
        let kernel = try #require(try records(of: bytes).first { $0.kind == 1 })
        #expect(kernel.misc == 1)
        #expect(kernel.number(Int32.self, at: 0) == -1)
        #expect(kernel.number(UInt64.self, at: 8) == 0xffff_ffff_8100_0000)
        #expect(kernel.number(UInt64.self, at: 16) == 0x3f00_0000)
        var other = PerfDataWriter(sampling.sampling, kernel: nil)
        bytes = []
        other.begin(&bytes)
        #expect(try records(of: bytes).allSatisfy { $0.kind != 1 })
    }

    @Test func histogramsAreWrittenWithAllTheirEvents() throws {
        let tree = try SamplingTree()
        try tree.sample(format: "counts_by_ip")
        tree.pass(640_000)
        let all = try records(of: try tree.bytes("contexts/c/smpl/perf.data"))
        let samples = all.filter { $0.kind == 9 }
        #expect(samples.count == 64)
        #expect(samples.allSatisfy { $0.number(UInt64.self, at: 40) == 10_000 })
    }

    @Test func followersGetMarksAndLosses() throws {
        let tree = try SamplingTree()
        try tree.sample()
        tree.pass(3000)
        let handle = try tree.open("contexts/c/smpl/perf.data_pipe")
        var file = try #require(try tree.read(handle)?.get())
        file += try #require(try tree.read(handle, at: file.count)?.get())
        #expect(try records(of: file).last?.kind == 68)
        #expect(try records(of: file).filter { $0.kind == 9 }.count == 3)
        var writer = try #require(tree.mount.node(of: tree.engine.allContexts[0]).sampling)
            .perfDataWriter(kernel: nil)
        var lost: [UInt8] = []
        writer.begin(&lost)
        let before = lost.count
        writer.appendMissed(12, to: &lost)
        #expect(lost[before] == 2)
        #expect(lost[before + 16] == 12)
    }
}
