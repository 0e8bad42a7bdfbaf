/// `/proc/TID/stat`: the same, as one line of numbers.
package struct ThreadStat {
    /// The letter of the thread's state.
    package let state: Character
    /// The kernel's `PF_*` flags.
    package let flags: UInt64
    /// CPU on which it runs, or ran last.
    package let cpu: Int

    /// Reads the file; nil when there is no such thread.
    package init?(ofThread tid: Int32) {
        guard tid > 0, let text = ProcessFile.text("/proc/\(tid)/stat") else { return nil }
        self.init(text)
    }

    /// Takes the text of such a file; nil when it is none.
    init?(_ text: String) {
        // The name in parentheses may hold anything, so fields count from its end: state is the
        // file's third field, flags its ninth, processor its 39th.
        guard let end = text.utf8.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[end...].dropFirst().split { $0 == " " || $0 == "\n" }
        guard fields.count > 36, let state = fields[0].first, let flags = UInt64(fields[6]),
            let cpu = Int(fields[36])
        else { return nil }
        self.state = state
        self.flags = flags
        self.cpu = cpu
    }

    /// Whether the thread is on its way out (`PF_EXITING`), or has ended. The kernel takes the
    /// events from an exiting thread before it becomes a zombie; only its flags tell by then.
    package var isExiting: Bool { flags & 0x4 != 0 || state == "Z" || state == "X" }

    /// Whether the thread runs no program, but the kernel alone (`PF_KTHREAD`).
    package var isOfKernel: Bool { flags & 0x20_0000 != 0 }
}
