internal import Glibc
package import LinuxSupport
internal import SystemPackage

/// Opens files with the rights of a client, whatever this program may open itself.
package final class ClientFiles: Sendable {
    /// Nil: nothing is known of the client's rights.
    private let identity: ClientIdentity?

    /// Takes down the rights of a client that waits for an answer.
    package init(_ client: Client) {
        identity = client.tid > 0 ? ClientIdentity(client) : nil
    }

    /// Opens a regular file for reading; the caller has to close it. Nil when there is none that
    /// the client could open.
    package func open(_ path: String, followsLinks: Bool = true) -> Int32? {
        guard let identity else { return nil }
        return ClientProbe.lend { probe in
            do {
                return try probe.open(path, followsLinks: followsLinks, as: identity)?.release()
            } catch {
                return nil
            }
        }
    }
}
