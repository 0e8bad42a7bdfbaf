internal import CLinux
internal import Glibc

/// The descriptors of this process.
package enum ProcessDescriptors {
    /// How many may be open (`RLIMIT_NOFILE`).
    package static var maximum: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return Int(clamping: limit.rlim_cur)
    }

    /// How many are open now.
    package static var open: Int {
        // Since Linux 6.2 the directory's size is their number; older kernels say 0.
        var directory = clinux_file()
        if clinux_stat("/proc/self/fd", &directory) == 0, directory.size > 0 {
            return Int(clamping: directory.size)
        }
        return listed
    }

    private static var listed: Int {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            if entry.pointee.d_name.0 != CChar(bitPattern: UInt8(ascii: ".")) { count += 1 }
        }
        // The descriptor of the listing itself is not a use of ours.
        return max(0, count - 1)
    }
}
