import FuseKit
import PerfmonFS

/// What `pfmfs -V` shows.
enum Version {
    static let number = "0.1.0"

    static var text: String {
        """
        pfmfs \(number)
        perfmon2 interface 2.5
        libfuse \(FuseSession.libraryVersion)

        """
    }
}
