package import FuseKit
package import PerfmonModel

extension PfmError {
    /// What a session could not do, for the user.
    package init(_ error: FuseError) {
        self.init(error.code, error.message)
    }
}
