import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonEvents
import PerfmonModel

/// `info/`: what pfmfs is and can do here, and what it refused.
enum InfoDirectory {
    static let table = DirectoryTable<PerfmonMount>(
        kind: "info",
        files: [
            FileRow(
                "backends",
                mode: 0o444,
                format: "NAME KEY=VALUE ... lines",
                summary: "Where counts can come from, and what is missing for the others.",
                content: .listing(show: { mount, _, text in showBackends(mount, &text) })
            ),
            FileRow(
                "features",
                mode: 0o444,
                format: "NAME VALUE lines",
                summary: "What this version and this backend can do.",
                content: .value(show: { mount, _, text in showFeatures(mount, &text) }, store: nil)
            ),
            FileRow(
                "limits",
                mode: 0o444,
                format: "NAME used=VALUE max=VALUE lines, then privilege NAME for=PURPOSE lines",
                summary: "How much of each limit is used, by all and by the reading user, and what "
                    + "the daemon may still do.",
                content: .value(
                    show: { mount, client, text in showLimits(mount, client, &text) },
                    store: nil
                )
            ),
            FileRow(
                "available_events",
                mode: 0o444,
                format: "PMU EVENT DESCRIPTION lines",
                summary: "Every event that can be counted.",
                content: .longListing(prepare: { mount, _ in
                    { [catalog = mount.engine.catalog] text in
                        for line in catalog.available() { text.append(line: line) }
                    }
                })
            ),
            FileRow(
                "last_cmd_status",
                mode: 0o444,
                format: "ok, or a sentence",
                summary: "What became of the last command of the reading user.",
                content: .value(
                    show: { mount, client, text in
                        text.append(line: mount.history.takeStatus(uid: client.uid))
                    },
                    store: nil
                )
            ),
            FileRow(
                "error_log",
                mode: 0o444,
                format: "entries with a caret under the word at fault",
                summary: "The last 32 refused commands; root sees all, others see their own.",
                content: .longListing(prepare: { mount, client in
                    { [refusals = mount.history.refusals(for: client)] text in
                        for refusal in refusals { refusal.show(in: &text) }
                    }
                })
            ),
            FileRow(
                "conflicts",
                mode: 0o444,
                format: "HOLDER KEY=VALUE ... lines, or none",
                summary: "Who holds counters: loaded contexts, and the NMI watchdog.",
                content: .listing(show: { mount, client, text in
                    showConflicts(mount, client, &text)
                })
            ),
        ],
        ownership: { _ in PerfmonMount.rootOwned(0o755) },
        report: { $0.history.record($1) }
    )

    private static func showBackends(_ mount: PerfmonMount, _ text: inout TextBuffer) {
        for report in mount.backendReports() {
            text.append(report.name)
            text.append(report.isAvailable ? " available=yes" : " available=no")
            text.append(report.name == mount.engine.backend.name ? " in_use=yes" : " in_use=no")
            for fact in report.facts {
                text.append(" \(fact.key)=")
                text.append(fact.value.contains(" ") ? "\"\(fact.value)\"" : fact.value)
            }
            text.newline()
        }
    }

    private static func showFeatures(_ mount: PerfmonMount, _ text: inout TextBuffer) {
        let engine = mount.engine
        text.append(line: "interface \(Controls.version.major).\(Controls.version.minor)")
        text.append(line: "backend \(engine.backend.name)")
        text.append(line: "counters_per_set \(engine.pmu.namedCounters.count)")
        text.append(line: "set_timeout_tick_ns \(engine.timeoutTick)")
        text.append(line: "mixed_sessions \(engine.options.allowsMixedSessions ? "yes" : "no")")
        text.append(line: "message_queue_depth \(MessageQueue.capacity)")
        let formats = engine.options.formats.descriptions.map(\.name).joined(separator: ",")
        text.append(line: "smpl_formats \(formats)")
        show(engine.backend.capabilities, in: &text)
    }

    private static func show(_ capabilities: BackendCapabilities, in text: inout TextBuffer) {
        func word(_ isThere: Bool) -> String { isThere ? "yes" : "no" }
        let targets = TargetKind.allCases.filter(capabilities.targets.contains)
        let kinds = EventKind.allCases.filter(capabilities.eventKinds.contains)
        let overflow =
            switch capabilities.overflow {
            case .exact: "exact"
            case .polled(let nanoseconds): "polled every \(nanoseconds) ns"
            case .none: "none"
            }
        text.append(line: "targets \(targets.map(\.rawValue).joined(separator: ","))")
        text.append(line: "notify_block \(word(capabilities.canBlock))")
        text.append(line: "inherit \(word(capabilities.canInherit))")
        text.append(line: "overflow \(overflow)")
        text.append(line: "call_chains \(word(capabilities.callChains))")
        text.append(line: "processes \(word(capabilities.processes))")
        text.append(line: "event_kinds \(kinds.map(\.rawValue).joined(separator: ","))")
        text.append(line: "hardware_counters \(capabilities.counters)")
    }

    private static func showLimits(
        _ mount: PerfmonMount,
        _ client: Client,
        _ text: inout TextBuffer
    ) {
        for usage in mount.engine.usage + mount.engine.usage(of: client.uid) {
            text.append("\(usage.kind.name) used=\(usage.used) max=\(usage.maximum)")
            if let deferred = usage.deferred { text.append(" deferred=\(deferred)") }
            text.newline()
        }
        text.append(mount.privilegeLines)
    }

    /// Shows of contexts that a client may not read what he meets with anyway: who holds which CPU,
    /// and that somebody monitors a thread, but not whose. With `hide_contexts` nothing.
    private static func showConflicts(
        _ mount: PerfmonMount,
        _ client: Client,
        _ text: inout TextBuffer
    ) {
        for context in mount.engine.allContexts {
            guard let target = context.target else { continue }
            var what = Targets.text(target, for: client)
            if !ContextsDirectory.mayRead(mount.node(of: context), client) {
                if mount.options.hidesContexts { continue }
                if target.thread != nil { what = "thread" }
            }
            text.append(
                line: "context name=\(context.name) uid=\(context.uid) "
                    + "target=\"\(what)\" "
                    + "started=\(context.isStarted ? "yes" : "no")"
            )
        }
        if KernelFiles().number("/proc/sys/kernel/nmi_watchdog") ?? 0 != 0 {
            text.append(
                line: "nmi_watchdog counters=1 hint=\"write 0 to /proc/sys/kernel/nmi_watchdog\""
            )
        }
        if text.count == 0 { text.append(line: "none") }
    }
}
