import FuseKit
import PerfmonModel

extension PfmError {
    /// What a session could not do, for the user.
    init(_ error: FuseError) {
        self.init(error.code, error.message)
    }
}
