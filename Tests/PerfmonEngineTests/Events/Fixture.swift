@testable import LinuxSupport
@testable import PerfmonEngine
@testable import PerfmonEvents
@testable import PerfmonModel
import SystemPackage
import Testing

/// Small trees of sysfs and tracefs, made by hand: `server` with a CPU's PMU and uncore devices,
/// `guest` without either, `moved` and `debugfs` with tracefs in unusual places.
enum Fixture {
    static func files(_ tree: String, from source: String = #filePath) -> KernelFiles {
        let parts = source.split(separator: "/").dropLast(3)
        return KernelFiles(root: "/" + parts.joined(separator: "/") + "/Fixtures/" + tree)
    }

    static func devices(_ tree: String) -> SysfsEvents {
        SysfsEvents(files: files(tree))
    }
}

/// The image and the operand of a selection in the generic layout.
func generic(
    _ selection: EventSelection?,
    _ location: SourceLocation = #_sourceLocation
) throws -> (image: UInt64, operand: UInt64) {
    guard case .generic(let image, let operand) = selection else {
        Issue.record(
            "not in the generic layout: \(String(describing: selection))",
            sourceLocation: location
        )
        throw Mismatch()
    }
    return (image, operand)
}

struct Mismatch: Error {}

/// The error of a call that must fail.
func failure<Value>(
    _ location: SourceLocation = #_sourceLocation,
    _ body: () throws(PfmError) -> Value
) throws -> PfmError {
    do throws(PfmError) {
        let value = try body()
        Issue.record("no error, but \(value)", sourceLocation: location)
        throw PfmError(Errno(rawValue: 0), "")
    } catch {
        return error
    }
}

/// A generator of numbers that are the same in every run (SplitMix64).
struct FixedNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
