import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// A rendering of a listing that several opens may show.
final class Rendering {
    var text = TextBuffer(capacity: 4096)
}

/// The rendering that a look at a listing's size left behind.
struct KeptRendering {
    let rendering: Rendering
    let uid: UInt32
    let time: ContinuousClock.Instant
}

/// An open listing: serves the rendering whose size the client was told.
final class ListingHandle: TextHandle {
    private let file: TableFile
    private let show: TableFile.Content.Show
    private var rendering: Rendering?
    private var isFirst = true

    init(_ file: TableFile, show: @escaping TableFile.Content.Show, first: Rendering?) {
        self.file = file
        self.show = show
        rendering = first
    }

    func read(_ request: consuming ReadRequest) {
        do throws(PfmError) {
            try render(forReadAt: request.offset, by: request.client)
        } catch {
            if !file.holder.isGone() { file.report(.read, by: request.client, error: error) }
            return request.fail(error.code)
        }
        reply(to: request)
    }

    func prepare(forReadAt offset: Int, by client: Client) throws(Errno) -> Int {
        do throws(PfmError) {
            try render(forReadAt: offset, by: client)
        } catch {
            throw error.code
        }
        return rendering?.text.count ?? 0
    }

    private func render(forReadAt offset: Int, by client: Client) throws(PfmError) {
        guard !file.holder.isGone() else { throw FileHolder.gone }
        if rendering == nil || (offset == 0 && !isFirst) {
            rendering = try file.render(show, for: client)
        }
        isFirst = false
    }

    func reply(to request: consuming ReadRequest) {
        guard let rendering else { return request.fail(.ioError) }
        request.reply(from: rendering.text)
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
    func rendering(with show: Content.Show, for client: Client) -> Rendering? {
        let now = ContinuousClock.now
        if let kept, kept.uid == client.uid, now - kept.time < Self.cachingTime {
            return kept.rendering
        }
        guard !holder.isGone(), let rendering = try? render(show, for: client) else {
            return nil
        }
        kept = KeptRendering(rendering: rendering, uid: client.uid, time: now)
        return rendering
    }

    func render(_ show: Content.Show, for client: Client) throws(PfmError) -> Rendering {
        let rendering = Rendering()
        try show(client, &rendering.text)
        return rendering
    }

    /// How long a stat(2) and the open(2) after it count as one look.
    private static var cachingTime: Duration { .seconds(1) }
}
