import PerfmonEngine
import SystemPackage

/// A rendering of a listing that several opens may show.
final class Rendering {
    var text = TextBuffer(capacity: 4096)
}

/// The rendering that a look at a listing's size left behind.
struct KeptRendering {
    let rendering: Rendering
    let uid: UInt32
    /// When it was made, in milliseconds of the monotonic clock.
    let time: Int
}

/// An open listing: serves the rendering whose size the client was told.
final class ListingHandle<Subject>: FileHandle {
    private let file: TableFile<Subject>
    private let show: Show<Subject>
    private var rendering: Rendering?
    private var isFirst = true

    init(_ file: TableFile<Subject>, show: @escaping Show<Subject>, first: Rendering?) {
        self.file = file
        self.show = show
        rendering = first
    }

    func read(_ request: consuming ReadRequest) {
        guard !file.directory.isGone() else { return request.fail(.removed) }
        if rendering == nil || (request.offset == 0 && !isFirst) {
            do {
                rendering = try file.render(show, for: request.client)
            } catch {
                file.report(.read, by: request.client, error: error)
                return request.fail(error.code)
            }
        }
        isFirst = false
        guard let rendering else { return request.fail(.ioError) }
        request.reply(from: rendering.text)
    }

    func write(_ bytes: Span<UInt8>, by client: Client) throws(PfmError) -> Int {
        throw PfmError(.permissionDenied, "\(file.place.path) can only be read")
    }

    func poll(_ waker: consuming PollWaker?) -> PollEvents {
        .readable
    }

    func release() {
        file.kept = nil
    }
}

extension TableFile {
    /// The rendering whose size the file shows to a client now, made when there is no recent one.
    /// nil when the file cannot be rendered; the read then says why.
    func rendering(with show: Show<Subject>, for client: Client) -> Rendering? {
        let now = MonotonicClock.milliseconds()
        if let kept, kept.uid == client.uid, now - kept.time < Self.keepingTime {
            return kept.rendering
        }
        guard !directory.isGone(), let rendering = try? render(show, for: client) else {
            return nil
        }
        kept = KeptRendering(rendering: rendering, uid: client.uid, time: now)
        return rendering
    }

    /// The rendering for an open; the one a look at the size left behind when it is recent.
    func takeKept(for client: Client) -> Rendering? {
        guard case .listing(let show) = row.content else { return nil }
        return rendering(with: show, for: client)
    }

    func render(_ show: Show<Subject>, for client: Client) throws(PfmError) -> Rendering {
        let rendering = Rendering()
        try show(subject, client, &rendering.text)
        return rendering
    }

    /// How long, in milliseconds, a stat(2) and the open(2) after it count as one look.
    private static var keepingTime: Int { 1000 }
}
