/// The `README` in the mount: one screen that gets a user going, then the files from the tables.
enum Readme {
    static func show(in text: inout TextBuffer) {
        text.append(session)
        listing("This directory", RootDirectory.table, in: &text)
        listing("contexts/NAME", ContextDirectory.table, in: &text)
        listing("contexts/NAME/sets/N", SetDirectory.table, in: &text)
        listing("contexts/NAME/sets/N/pmdN", PmdDirectory.table, in: &text)
        listing("contexts/NAME/smpl", SamplingDirectory.table, in: &text)
        listing("info", InfoDirectory.table, in: &text)
    }

    private static func listing<Subject>(
        _ title: String,
        _ table: DirectoryTable<Subject>,
        in text: inout TextBuffer
    ) {
        text.append("\n\(title)\n")
        for row in table.files { line(row.name, row.summary, in: &text) }
        for row in table.directories { line(row.name + "/", row.summary, in: &text) }
        for family in table.families {
            line(family.pattern + (family.isDirectory ? "/" : ""), family.summary, in: &text)
        }
    }

    private static func line(_ name: String, _ summary: String, in text: inout TextBuffer) {
        text.append("  ")
        text.append(name, width: 22)
        text.append(" ")
        text.append(line: summary)
    }

    private static let session = """
        pfmfs: performance counters as files, after perfmon2 2.5. In this directory:

          mkdir contexts/web
          echo 'task-clock page-faults context-switches' > contexts/web/events
          echo "pid $$" > contexts/web/load_context     # this shell; or any other thread: pid 1234
          echo 1 > contexts/web/start; ls -lR /etc | wc -l; cat contexts/web/counters
          rmdir contexts/web

        To sample an event, here every millisecond of a clock, before load_context:
          for r in value long_reset short_reset; do echo -1000000 > contexts/web/sets/0/pmd0/$r; done
          echo 'stacks buf_size=1M' > contexts/web/smpl_fmt       (cat formats/*/description)
        and then: perf report -i contexts/web/smpl/perf.data; cat contexts/web/smpl/folded

        When a write fails: cat contexts/web/last_cmd_status
        Which events there are: cat info/available_events

        """
}
