internal import CLinux
package import LinuxSupport
package import PerfmonModel
internal import SystemPackage

/// Making, finding and removing contexts.
extension Engine {
    /// All contexts in the order of their making.
    package var allContexts: [Context] {
        contexts.values.sorted { $0.serial < $1.serial }
    }

    /// The context of a name; nil when there is none.
    package func context(_ name: String) -> Context? {
        contexts[name]
    }

    /// Makes a context (`pfm_create_context`); set 0 exists at once.
    ///
    /// - Throws: EEXIST when the name is taken, EINVAL for a name that is not valid, EPERM when
    ///   the client is not in `task_group`, ENOSPC at the limit of contexts.
    package func createContext(
        _ name: String,
        lifetime: Context.Lifetime = .directory,
        by client: Client
    ) throws(PfmError) -> Context {
        try requireName(name)
        guard contexts[name] == nil else {
            throw PfmError(.fileExists, "context \(name) exists already", subject: name)
        }
        // A context begins as a per-thread one; what makes it system-wide asks again.
        try requireGroups(systemWide: false, client)
        let charges = try chargeContext(to: client.uid)
        let context = Context(
            serial: nextSerial(),
            name: name,
            lifetime: lifetime,
            client: client,
            created: clinux_wall_clock(),
            engine: self
        )
        (context.charges.context, context.charges.sets) = charges
        contexts[name] = context
        return context
    }

    /// Makes a context that lives as long as a descriptor, and names it.
    package func createClone(by client: Client) throws(PfmError) -> Context {
        // A name is never given again: the kernel may still know who had it.
        repeat { lastClone += 1 } while contexts["clone-\(lastClone)"] != nil
        return try createContext("clone-\(lastClone)", lifetime: .descriptor, by: client)
    }

    /// Destroys a context with everything in it (the last `close` of a perfmon2 descriptor).
    /// An attached one is taken off first; its session is free at once.
    package func removeContext(_ context: Context) {
        drain()
        guard !context.isRemoved else { return }
        context.isRemoved = true
        context.detach()
        context.dropSampling()
        contexts[context.name] = nil
        releaseCharges(of: context)
        observer?.removed(context)
    }

    private func requireName(_ name: String) throws(PfmError) {
        let isPlain = name.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f && $0 != 0x2f }
        guard isPlain, !name.isEmpty, name.utf8.count <= 255, !name.hasPrefix(".") else {
            throw PfmError(
                .invalidArgument,
                "a context's name is 1 to 255 printable ASCII characters",
                hint: "use printable ASCII characters; no slash, no leading dot",
                subject: name
            )
        }
    }
}
