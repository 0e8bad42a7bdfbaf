import LinuxSupport
import PerfmonEngine
import PerfmonModel

/// What is known of processes as records of a perf.data file.
enum PerfProcessRecords {
    /// Appends the fields that every record but a sample ends in: process, thread, time.
    typealias Trailer = (inout [UInt8], Int32, Int32, UInt64) -> Void

    static func append(
        _ entry: ProcessHistory.Entry,
        to bytes: inout [UInt8],
        trailer: Trailer
    ) {
        switch entry.record {
        case .named(let thread):
            PerfRecord.append(
                .comm,
                misc: thread.isExec ? PerfRecord.Misc.exec : 0,
                to: &bytes
            ) {
                $0.append(number: thread.pid)
                $0.append(number: thread.tid)
                $0.append(padded: thread.name)
                trailer(&$0, thread.pid, thread.tid, entry.time)
            }
        case .mapped(let code):
            append(code, time: entry.time, to: &bytes, trailer: trailer)
        case .forked(let thread):
            PerfRecord.append(.fork, to: &bytes) {
                $0.append(number: thread.pid)
                $0.append(number: thread.parentPid)
                $0.append(number: thread.tid)
                $0.append(number: thread.parentTid)
                $0.append(number: entry.time)
                trailer(&$0, thread.pid, thread.tid, entry.time)
            }
        }
    }

    private static func append(
        _ code: MappedCode,
        time: UInt64,
        to bytes: inout [UInt8],
        trailer: Trailer
    ) {
        let id = code.buildID.prefix(20)
        let misc = PerfRecord.Misc.user | (id.isEmpty ? 0 : PerfRecord.Misc.mmapBuildID)
        PerfRecord.append(.mmap2, misc: misc, to: &bytes) {
            $0.append(number: code.pid)
            $0.append(number: code.tid)
            $0.append(number: code.address)
            $0.append(number: code.length)
            $0.append(number: code.offset)
            if id.isEmpty {
                $0.append(number: code.major)
                $0.append(number: code.minor)
                $0.append(number: code.inode)
                $0.append(number: UInt64(0))
            } else {
                $0.append(number: UInt32(id.count))
                $0.append(contentsOf: id)
                $0.append(contentsOf: repeatElement(0, count: 20 - id.count))
            }
            $0.append(number: code.protection)
            $0.append(number: code.flags)
            $0.append(padded: code.path)
            trailer(&$0, code.pid, code.tid, time)
        }
    }
}

extension KernelMap {
    func append(to bytes: inout [UInt8], trailer: PerfProcessRecords.Trailer) {
        PerfRecord.append(.mmap, misc: PerfRecord.Misc.kernel, to: &bytes) {
            $0.append(number: Int32(-1))
            $0.append(number: Int32(0))
            $0.append(number: start)
            $0.append(number: end - start)
            $0.append(number: start)
            $0.append(padded: "[kernel.kallsyms]_text")
            trailer(&$0, 0, 0, 0)
        }
    }
}
