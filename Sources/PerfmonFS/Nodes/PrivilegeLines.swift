import LinuxSupport

/// The lines of `info/limits` about what the daemon may do.
enum PrivilegeLines {
    /// What the kernel says that this process may still do, and why.
    static func text(_ privileges: [Privilege]) -> String {
        let status = ThreadStatus.ofThisThread
        let effective = status?.bits("CapEff") ?? 0
        var text = TextBuffer()
        var rest = effective
        for privilege in privileges where effective >> UInt64(privilege.capability) & 1 != 0 {
            rest &= ~(1 << UInt64(privilege.capability))
            text.append(line: "privilege \(privilege.name) for=\"\(privilege.purpose)\"")
        }
        if rest != 0 {
            text.append("privilege others=")
            text.append(hex: rest)
            text.append(line: " for=\"nothing: pfmfs was mounted with keep_privileges\"")
        }
        text.append(line: "privilege no_new_privs=\(status?["NoNewPrivs"] ?? "unknown")")
        text.append(line: "privilege seccomp=\(status?["Seccomp"] ?? "unknown")")
        return text.text
    }
}
