import LinuxSupport
import Glibc

/// What a perf.data file says of the machine it comes from; perf shows it with `--header`.
enum PerfFeatures {
    private enum Feature: UInt64 {
        case hostName = 3
        case osRelease = 4
        case architecture = 6
        /// Nothing but the end of the list.
        case last = 32
    }

    static func append(to bytes: inout [UInt8]) {
        var name = utsname()
        guard uname(&name) == 0 else { return }
        append(.hostName, text(name.nodename), to: &bytes)
        append(.osRelease, text(name.release), to: &bytes)
        append(.architecture, text(name.machine), to: &bytes)
        PerfRecord.append(.headerFeature, to: &bytes) { $0.append(number: Feature.last.rawValue) }
    }

    private static func append(_ feature: Feature, _ text: String, to bytes: inout [UInt8]) {
        PerfRecord.append(.headerFeature, to: &bytes) {
            $0.append(number: feature.rawValue)
            let length = (text.utf8.count + 1 + 63) / 64 * 64
            $0.append(number: UInt32(length))
            $0.append(contentsOf: text.utf8)
            $0.append(contentsOf: repeatElement(0, count: length - text.utf8.count))
        }
    }

    /// The text of an array of characters that C imports as a tuple.
    private static func text<Tuple>(_ tuple: Tuple) -> String {
        withUnsafeBytes(of: tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
