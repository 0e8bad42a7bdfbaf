package import SystemPackage

/// Why a session could not be made, mounted or run.
package struct FuseError: Error, Sendable {
    package let code: Errno
    /// What failed, and on what.
    package let message: String

    init(_ code: Errno, _ message: String) {
        self.code = code
        self.message = message
    }
}
