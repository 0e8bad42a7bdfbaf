internal import Glibc
internal import SystemPackage

/// A program that a test runs: it tells it lines, reads what it prints and waits for its end.
package final class Child {
    package let pid: Int32
    private var input: Int32
    private let output: Int32

    /// - Parameters:
    ///   - words: the program and its arguments.
    ///   - mergesErrors: standard error goes where standard output goes.
    ///   - waits: whether it reads a line, and is waited for until it does.
    /// - Throws: the errno of what failed.
    package init(_ words: [String], mergesErrors: Bool = false, waits: Bool = true) throws {
        var ends: [Int32] = [0, 0]
        var outputEnds: [Int32] = [0, 0]
        guard pipe(&ends) == 0, pipe(&outputEnds) == 0 else {
            throw Errno(rawValue: errno)
        }
        for end in ends + outputEnds { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        posix_spawn_file_actions_adddup2(&actions, outputEnds[1], 1)
        if mergesErrors { posix_spawn_file_actions_adddup2(&actions, outputEnds[1], 2) }
        // The threads of tests keep signals off, and a shell without SIGCHLD waits for ever.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignal = sigset_t()
        sigemptyset(&noSignal)
        posix_spawnattr_setsigmask(&attributes, &noSignal)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid: Int32 = 0
        let failure = posix_spawnp(&pid, words[0], &actions, &attributes, &arguments, environ)
        close(ends[0])
        close(outputEnds[1])
        guard failure == 0 else {
            close(ends[1])
            close(outputEnds[0])
            throw Errno(rawValue: failure)
        }
        input = ends[1]
        output = outputEnds[0]
        self.pid = pid
        // Counting from the start of a program that has not begun yet would count its loading.
        if waits { Self.waitUntilItReads(pid) }
    }

    /// Waits until a process is in a read of its standard input.
    package static func waitUntilItReads(_ pid: Int32) {
        eventually { text("/proc/\(pid)/syscall").hasPrefix("0 0x0 ") }
    }

    /// Runs a program to its end; its exit status, or -1.
    package static func run(_ words: String...) -> Int32 {
        (try? Child(words, waits: false))?.wait() ?? -1
    }

    package static func shell(_ script: String) throws -> Child {
        try Child(["sh", "-c", script])
    }

    /// A shell that belongs to nobody and may do nothing.
    package static func nobody(
        _ script: String,
        options: [String] = ["--clear-groups"]
    ) throws -> Child {
        let child = try Child(
            ["setpriv", "--reuid=65534", "--regid=65534"] + options + ["sh", "-c", script]
        )
        child.waitUntilItRuns("sh")
        return child
    }

    /// Waits until the process executes a program. Before that it has its parent's rights.
    package func waitUntilItRuns(_ program: String) {
        eventually { Self.text("/proc/\(pid)/comm") == program + "\n" }
    }

    package func say(_ line: String) {
        _ = line.withCString { write(input, $0, strlen($0)) }
    }

    /// The lines it has printed since the last call, once it has been quiet for a while.
    package func lines(quietFor milliseconds: Int32) -> [String] {
        var bytes: [UInt8] = []
        var entry = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        while poll(&entry, 1, milliseconds) > 0, readMore(&bytes) {}
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Ends its standard input; everything that it prints until its end.
    package func rest() -> String {
        endInput()
        var bytes: [UInt8] = []
        while readMore(&bytes) {}
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Waits for the end and returns the exit status.
    @discardableResult
    package func wait() -> Int32 {
        endInput()
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status >> 8 & 0xFF
    }

    deinit {
        if input >= 0 {
            kill(pid, SIGKILL)
            wait()
        }
        close(output)
    }

    private func endInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    private func readMore(_ bytes: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let got = read(output, &buffer, buffer.count)
        guard got > 0 else { return false }
        bytes += buffer.prefix(got)
        return true
    }

    private static func text(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 256)
        let got = read(file, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(got, 0)), as: UTF8.self)
    }
}
