import CLinux
import PerfmonEngine
import PerfmonModel

/// What tells an open file from all others.
struct FileIdentity {
    private let descriptor: Int32
    private let status: clinux_file
    private let root: String

    /// - Parameter root: where it was opened, `/proc/PID/root` or nothing.
    init(of descriptor: Int32, _ status: clinux_file, below root: String) {
        self.descriptor = descriptor
        self.status = status
        self.root = root
    }

    /// Whether it is the inode that was mapped.
    func `is`(_ mapped: MappedFile) -> Bool {
        mapped.inode != 0 && status.inode == mapped.inode && isOnDevice(of: mapped)
            && hasGeneration(of: mapped)
    }

    private func hasGeneration(of mapped: MappedFile) -> Bool {
        guard let generation = mapped.generation else { return true }
        var found: UInt32 = 0
        // Not every file system tells it.
        guard clinux_generation(descriptor, &found) == 0 else { return true }
        return found == UInt32(truncatingIfNeeded: generation)
    }

    private func isOnDevice(of mapped: MappedFile) -> Bool {
        if (status.major, status.minor) == (mapped.major, mapped.minor) { return true }
        // stat(2) shows a device of their own for subvolumes of btrfs and layers of overlayfs; what
        // is mapped is shown with that of the whole file system.
        if let device = mountedDevice() {
            if device == (mapped.major, mapped.minor) { return true }
        }
        // Before Linux 6.18 the kernel tells the device of the layer.
        return clinux_is_overlay(descriptor) != 0
    }

    /// The device of the mount that the file is in, from /proc/PID/mountinfo.
    private func mountedDevice() -> (UInt32, UInt32)? {
        let lines = BoundedFile.text("/proc/self/fdinfo/\(descriptor)", limit: 4096)
            .split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("mnt_id:") }),
            let id = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).last
        else { return nil }
        let process = root.isEmpty ? "/proc/self" : String(root.dropLast("/root".count))
        let mounts = BoundedFile.text("\(process)/mountinfo", limit: 1 << 22)
        for mount in mounts.split(separator: "\n") {
            let words = mount.split(separator: " ", maxSplits: 3)
            guard words.count == 4, words[0] == id else { continue }
            let numbers = words[2].split(separator: ":").compactMap { UInt32($0) }
            return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
        }
        return nil
    }
}
