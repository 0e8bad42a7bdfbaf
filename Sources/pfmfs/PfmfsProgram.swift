import FuseKit
import Glibc
import LinuxSupport
import Logging
import PerfmonEngine
import PerfmonFS
import PerfmonModel
import PfmfsOptions
import PrivilegeSupport

/// The program: mounts, goes to the background, answers until it is unmounted.
@main
struct PfmfsProgram {
    static func main() {
        exit(run())
    }

    /// Runs outside the main actor, whose closures pay for a check at every call.
    private nonisolated static func run() -> Int32 {
        FuseLog.shared.attach()
        let arguments = Array(Swift.CommandLine.arguments.dropFirst())
        if let document = TreeDocument.named(arguments) {
            print(document, terminator: "")
            return 0
        }
        do throws(PfmError) {
            let options = try MountOptions(parsing: arguments)
            switch options.action {
            case .showHelp: print(MountOptions.help, terminator: "")
            case .showVersion: print(Version.text, terminator: "")
            case .mount: try serve(options)
            }
            return 0
        } catch {
            complain(error)
            return 1
        }
    }

    /// Mounts and answers. Returns when the file system is unmounted.
    private nonisolated static func serve(_ options: MountOptions) throws(PfmError) {
        Descriptors.closeInherited()
        let level = options.isDebugging ? min(options.logLevel, .debug) : options.logLevel
        LoggingSystem.bootstrap { _ in ProgramLog(level: level) }
        let mountPoint = try MountPoint(options.mountPoint)
        Descriptors.raiseLimit()
        let (content, row) = try MountContent.make(for: options, with: Backends.registry)
        let session: FuseSession
        do {
            session = try FuseSession(
                serving: FileSystem(content, name: "pfmfs"),
                options: options.sessionOptions(mayAllowOthers: MountPoint.mayAllowOthers),
                unmounter: { PrivilegeKeeper.shared.unmount($0) }
            )
            try session.mount(at: mountPoint.path)
        } catch {
            throw PfmError(error)
        }
        do throws(PfmError) {
            try answer(session, on: mountPoint, row, options)
        } catch {
            session.unmount()
            throw error
        }
    }

    private nonisolated static func answer(
        _ session: FuseSession,
        on mountPoint: MountPoint,
        _ row: BackendRow,
        _ options: MountOptions
    ) throws(PfmError) {
        let log = Logger(label: "pfmfs")
        FuseLog.shared.pass(to: log)
        if !options.isForeground {
            do { try session.moveToBackground() } catch { throw PfmError(error) }
            LogDestination.shared.moveToBackground()
        }
        if !options.keepsPrivileges { try DaemonPrivileges.keepOnly(for: row) }
        LogDestination.shared.writeApart()
        defer { LogDestination.shared.finish(within: 1_000_000_000) }
        log.info("mounted", metadata: ["mountpoint": "\(mountPoint.path)"])
        do { try session.run() } catch { throw PfmError(error) }
        session.unmount()
        log.info("unmounted", metadata: ["mountpoint": "\(mountPoint.path)"])
    }

    private nonisolated static func complain(_ error: PfmError) {
        LogDestination.shared.write(error.sentence)
    }
}
