import Glibc
import LinuxSupport
import Testing
@testable import PerfmonFS
@Suite struct TmpProbe {
    @Test func probe() throws {
        guard let path = getenv("PROBE_FILE"), let list = getenv("PROBE_LIST") else { return }
        let offsets = (ProcessFile.text(String(cString: list)) ?? "").split(separator: "\n").compactMap { UInt64($0, radix: 16) }
        let fd = open(path, O_RDONLY)
        guard let elf = ElfFile.take(over: fd) else { print("NOELF"); return }
        var map: [(UInt64, UInt64)] = []
        for o in offsets { if let a = elf.address(ofOffset: o) { map.append((o, a)) } }
        var names = ElfSymbols.names(of: Set(map.map { $0.1 }).sorted(), in: elf)
        if let debug = getenv("PROBE_DEBUG") {
            let file = open(debug, O_RDONLY)
            guard let elf2 = ElfFile.take(over: file) else { print("NODEBUG"); return }
            names.merge(ElfSymbols.names(of: Set(map.map { $0.1 }).sorted(), in: elf2, frames: ElfFrames(of: elf))) { $1 }
        }
        for (o, a) in map { print("PROBE", String(o, radix: 16), names[a] ?? "-") }
    }
}
