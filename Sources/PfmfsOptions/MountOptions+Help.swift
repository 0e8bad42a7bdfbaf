extension MountOptions {
    /// The text of `pfmfs --help`.
    package static var help: String {
        var text = """
            usage: pfmfs [SOURCE] MOUNTPOINT [-f] [-d] [-o OPTION[,OPTION...]]
                   mount -t fuse pfmfs MOUNTPOINT [-o OPTION[,OPTION...]]

            Mounts the perfmon2 performance monitoring interface as a file system.

                -f             stay in the foreground and log to standard error
                -d             show every request; implies -f
                -o OPTION      mount options, see below
                -h, --help     show this text
                -V, --version  show versions

            pfmfs's options:

            """
        for option in MountOption.all {
            let form = option.value.isEmpty ? option.name : "\(option.name)=\(option.value)"
            let padding = String(repeating: " ", count: max(32 - form.utf8.count, 1))
            text += "    \(form)\(padding)\(option.summary)\n"
        }
        text += """

            Options of the kernel and libfuse that are handed on:
            \(filled(SystemOption.passed.sorted()))

            To unmount: umount MOUNTPOINT, or fusermount3 -u MOUNTPOINT.

            """
        return text
    }

    /// Words in indented lines of at most 80 columns.
    private static func filled(_ words: [String]) -> String {
        var lines: [String] = []
        for word in words {
            if let last = lines.last, last.utf8.count + word.utf8.count < 80 {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append("    \(word)")
            }
        }
        return lines.joined(separator: "\n")
    }
}
