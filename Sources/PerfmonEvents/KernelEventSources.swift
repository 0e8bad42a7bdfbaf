package import LinuxSupport

/// The sources of everything that the kernel counts, in the order in which they are asked. Nothing
/// is read before the first name.
package struct KernelEventSources {
    package let all: [any EventSource]

    /// - Parameters:
    ///   - files: where sysfs and tracefs are found.
    ///   - devices: the PMUs of sysfs; nil to read them below `files`.
    ///   - libpfm: name or path of libpfm4.
    ///   - layout: how events of the CPU's own PMU are encoded.
    package init(
        files: KernelFiles = KernelFiles(),
        devices: SysfsEvents? = nil,
        libpfm: String = "libpfm.so.4",
        layout: RawEvents.Layout
    ) {
        let devices = devices ?? SysfsEvents(files: files)
        // Tables that cost nothing come first, the library that must be loaded late; raw codes are
        // the last name of an encoding.
        all = [
            GenericEvents(devices: devices),
            Breakpoints(),
            devices,
            Tracepoints(files: files),
            LibpfmEvents(path: libpfm, layout: layout, devices: devices),
            RawEvents(devices: devices, layout: layout),
        ]
    }
}
