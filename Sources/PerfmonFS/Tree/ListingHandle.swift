import FuseKit
import LinuxSupport
import PerfmonModel
import SystemPackage

/// A rendering of a listing that several opens may show.
final class Rendering: Sendable {
    let text: TextBuffer

    init(_ show: TableFile.Content.Show, for client: Client) throws(PfmError) {
        var text = TextBuffer(capacity: 4096)
        try show(client, &text)
        self.text = text
    }

    private init(_ render: Render) {
        var text = TextBuffer(capacity: 4096)
        render(&text)
        self.text = text
    }

    /// Has another thread render a text.
    ///
    /// - Throws: EAGAIN while it is not done.
    static func elsewhere(
        for client: Client,
        of file: TableFile,
        _ prepare: () -> Render
    ) throws(PfmError) -> Rendering {
        let path = file.place.path
        do throws(Unanswered) {
            return try file.place.services.lookups.answer(path) {
                let render = prepare()
                return Lookup(.computing, lane: UInt64(client.uid), limit: Self.limit) {
                    Rendering(render)
                }
            }
        } catch {
            throw PfmError(error, "the text of \(path)")
        }
    }

    /// Nanoseconds that a client waits for a text.
    private static let limit: UInt64 = 10_000_000_000
}

/// The rendering that a look at a listing's size left behind.
struct RecentRendering {
    let rendering: Rendering
    let uid: UInt32
    let time: ContinuousClock.Instant
}

/// An open listing: serves the rendering whose size the client was told.
final class ListingHandle: FileHandle {
    private let file: TableFile
    private let render: (TableFile, Client) throws(PfmError) -> Rendering
    private var rendering: Rendering?
    private var isFirst = true

    init(
        _ file: TableFile,
        _ render: @escaping (TableFile, Client) throws(PfmError) -> Rendering,
        first: Rendering?
    ) {
        self.file = file
        self.render = render
        rendering = first
    }

    func read(_ request: consuming ReadRequest) {
        guard !file.holder.isGone() else { return request.fail(.removed) }
        let client = request.client
        do throws(PfmError) {
            if rendering == nil {
                rendering = try file.rendering(render, for: client)
            } else if request.offset == 0, !isFirst {
                rendering = try render(file, client)
            }
        } catch {
            if file.isPending { return request.park(for: self) }
            file.report(.read, by: client, error: error)
            return request.fail(error.code)
        }
        isFirst = false
        guard let rendering else { return request.fail(.ioError) }
        request.reply(from: rendering.text)
    }

    func poll(_ waker: consuming PollWaker?) -> PollEvents {
        .readable
    }

    func release() {
        file.recent = nil
    }
}

extension TableFile {
    /// The rendering whose size the file shows to a client now, made when there is no recent one.
    func rendering(
        _ render: (TableFile, Client) throws(PfmError) -> Rendering,
        for client: Client
    ) throws(PfmError) -> Rendering {
        if let rendering = recentRendering(for: client) { return rendering }
        guard !holder.isGone() else { throw FileHolder.gone }
        let rendering = try render(self, client)
        recent = RecentRendering(rendering: rendering, uid: client.uid, time: .now)
        return rendering
    }

    /// The rendering whose size a client was told just now.
    func recentRendering(for client: Client) -> Rendering? {
        guard let recent, recent.uid == client.uid,
            ContinuousClock.now - recent.time < Self.timeOfOneLook
        else { return nil }
        return recent.rendering
    }

    /// How long a stat(2) and the open(2) after it count as one look.
    private static var timeOfOneLook: Duration { .seconds(1) }
}
