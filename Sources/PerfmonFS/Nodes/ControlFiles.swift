import FuseKit
import LinuxSupport
import PerfmonEngine
import PerfmonModel
import SystemPackage

/// The files of `/sys/kernel/perfmon`, with perfmon2's names, modes and formats.
enum ControlFiles {
    static let rows: [FileRow<PerfmonMount>] = [
        FileRow(
            "version",
            mode: 0o444,
            format: "MAJOR.MINOR",
            summary: "The version of the interface.",
            content: .value(
                show: { _, _, text in
                    text.append(Controls.version.major)
                    text.append(".")
                    text.append(line: Controls.version.minor)
                },
                store: nil
            )
        ),
        FileRow(
            "debug",
            mode: 0o644,
            format: "signed decimal",
            summary: "Not 0: commands are traced in the log; writing 0 also clears the statistics.",
            content: .value(
                show: { mount, _, text in text.append(line: mount.engine.controls.debug) },
                store: { mount, _, line throws(PfmError) in
                    let value = try Numbers.leadingSigned(line.text)
                    mount.engine.setDebug(value.number)
                    mount.note = value.note
                }
            )
        ),
        FileRow(
            "debug_ovfl",
            mode: 0o644,
            format: "signed decimal",
            summary: "Not 0: overflows are traced in the log.",
            content: .value(
                show: { mount, _, text in text.append(line: mount.engine.controls.debugOverflow) },
                store: { mount, _, line throws(PfmError) in
                    let value = try Numbers.leadingSigned(line.text)
                    mount.engine.controls.debugOverflow = value.number
                    mount.note = value.note
                }
            )
        ),
        FileRow(
            "reset_stats",
            mode: 0o644,
            format: "0",
            summary: "Any write clears the statistics of all CPUs.",
            content: .value(
                show: { _, _, text in text.append(line: 0) },
                store: { mount, _, _ in mount.engine.resetStatistics() }
            )
        ),
        group(
            "sys_group",
            \.systemGroup,
            "The group that may use system-wide contexts; -1 is everybody."
        ),
        group(
            "task_group",
            \.taskGroup,
            "The group that may use per-thread contexts; -1 is everybody."
        ),
        FileRow(
            "smpl_buffer_mem_cur",
            mode: 0o444,
            format: "decimal, bytes",
            summary: "Memory that sampling buffers take now.",
            content: .value(
                show: { mount, _, text in text.append(line: mount.engine.bufferMemoryInUse) },
                store: nil
            )
        ),
        memoryLimit(
            "smpl_buffer_mem_max",
            \.bufferMemoryMax,
            "Memory that sampling buffers may take together."
        ),
        memoryLimit("arg_mem_max", \.argumentMemoryMax, "The largest single write."),
        FileRow(
            "sys_sessions_count",
            mode: 0o444,
            format: "decimal",
            summary: "Loaded system-wide contexts.",
            content: .value(
                show: { mount, _, text in text.append(line: mount.engine.systemSessionCount) },
                store: nil
            )
        ),
        FileRow(
            "task_sessions_count",
            mode: 0o444,
            format: "decimal",
            summary: "Loaded per-thread contexts.",
            content: .value(
                show: { mount, _, text in text.append(line: mount.engine.threadSessionCount) },
                store: nil
            )
        ),
        fastArgument("pmc_max_fast_arg"),
        fastArgument("pmd_max_fast_arg"),
    ]

    private static func group(
        _ name: String,
        _ path: any WritableKeyPath<Controls, Int32> & Sendable,
        _ summary: String
    ) -> FileRow<PerfmonMount> {
        FileRow(
            name,
            mode: 0o644,
            format: "signed decimal, group id; a group's name is accepted",
            summary: summary,
            content: .value(
                show: { mount, _, text in text.append(line: mount.engine.controls[keyPath: path]) },
                store: { mount, _, line throws(PfmError) in
                    let group = try groupID(line.trimmed, mount)
                    mount.engine.controls[keyPath: path] = group.number
                    mount.note = group.note
                }
            )
        )
    }

    /// A group by number, as perfmon2 read it, or by name.
    private static func groupID(
        _ text: String,
        _ mount: PerfmonMount
    ) throws(PfmError) -> Numbers.Leading<Int32> {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first), first != 0x2d,
            first != 0x2b
        else {
            let group = try Numbers.leadingSigned(text)
            guard group.number >= Controls.anyGroup else {
                throw PfmError(
                    .invalidArgument,
                    "\(group.number) is not a group",
                    hint: "write a group id, a group's name, or -1 for everybody",
                    subject: text
                )
            }
            return group
        }
        guard let group = try group(named: text, mount) else {
            throw PfmError(
                .invalidArgument,
                "there is no group named \(text)",
                hint: "write a group id, a group's name, or -1 for everybody",
                subject: text
            )
        }
        return Numbers.Leading(number: Int32(bitPattern: group), rest: "")
    }

    /// A group by its name; a name service may have to be asked over the network.
    private static func group(
        named name: String,
        _ mount: PerfmonMount
    ) throws(PfmError) -> UInt32? {
        do throws(Unanswered) {
            return try mount.services.lookups.answer("group \(name)") {
                Lookup(.waiting, lane: .max, limit: 5_000_000_000) { GroupNames.number(of: name) }
            }
        } catch {
            throw PfmError(error, "the look-up of group \(name)")
        }
    }

    private static func memoryLimit(
        _ name: String,
        _ path: any WritableKeyPath<Controls, UInt64> & Sendable,
        _ summary: String
    ) -> FileRow<PerfmonMount> {
        FileRow(
            name,
            mode: 0o644,
            format:
                "decimal, bytes, at least one page; -1, max and the suffixes K M G are accepted",
            summary: summary,
            content: .value(
                show: { mount, _, text in text.append(line: mount.engine.controls[keyPath: path]) },
                store: { mount, _, line throws(PfmError) in
                    let value = try Numbers.leadingSize(line.text)
                    guard value.number >= Controls.memoryMinimum else {
                        let word = line.words[0].text
                        throw PfmError(
                            .invalidArgument,
                            "\(word) is less than one page",
                            hint: "\(Controls.memoryMinimum) is the smallest",
                            subject: word
                        )
                    }
                    mount.engine.controls[keyPath: path] = value.number
                    mount.note = value.note
                    mount.services.writeLimit = Int(
                        clamping: mount.engine.controls.argumentMemoryMax
                    )
                }
            )
        )
    }

    private static func fastArgument(_ name: String) -> FileRow<PerfmonMount> {
        FileRow(
            name,
            mode: 0o444,
            format: "decimal",
            summary: "Registers that one call of the original copied without an allocation.",
            content: .value(
                show: { _, _, text in text.append(line: Controls.fastArgumentCount) },
                store: nil
            )
        )
    }
}
