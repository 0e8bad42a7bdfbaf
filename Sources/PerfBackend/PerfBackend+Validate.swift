internal import CPerfEvent
internal import LinuxSupport
internal import PerfmonEvents
internal import PerfmonModel
internal import SystemPackage

/// Trial: the kernel is the only judge of what it can count.
extension PerfBackend {
    func validate(_ selection: EventSelection, systemWide: Bool) throws(PfmError) {
        var attr = try attributes.attributes(for: selection)
        attr.disabled = 1
        let pmu = devices.device(ofType: attr.type)
        let designated = pmu?.designatedCPUs
        let event = names.name(of: selection, attr)
        if let designated, !systemWide {
            throw PfmError(
                .notSupported,
                "'\(event)' counts for a whole package, not for a thread",
                hint: "use a system_wide context on CPU \(CPUNumbers.text(designated))"
            )
        }
        holders.retain(attr)
        defer { holders.release(attr) }
        let cpu = systemWide ? designated?.first ?? kernel.onlineCPUs.first ?? 0 : -1
        do throws(Errno) {
            _ = try PerfEventFile.open(attr, tid: systemWide ? -1 : 0, cpu: Int32(cpu))
        } catch .noSpace, .resourceBusy {
            // All registers are taken at this moment; the event itself is one that can be counted.
        } catch {
            throw PerfOpenFailure(
                code: error,
                attributes: attr,
                event: event,
                target: nil,
                kernel: kernel,
                devices: devices
            ).error
        }
    }
}
