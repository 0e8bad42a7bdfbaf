@testable import FuseKit
import Glibc
@testable import PerfmonEngine
@testable import PerfmonFS
@testable import PerfmonModel
import Testing

/// The test tree as shells and tools see it through the kernel.
@Suite(
    .enabled(if: MountedTree.obstacle == nil, "needs FUSE: \(MountedTree.obstacle ?? "")"),
    .timeLimit(.minutes(2))
)
struct MountedTests {
    let mount: MountedTree

    init() throws {
        nonisolated(unsafe) let content = Workshop().content()
        mount = try MountedTree(content)
    }

    private func text(_ command: String, in shell: String = "bash") throws -> String {
        let outcome = try mount.run(command, in: shell)
        #expect(outcome.status == 0, "\(command): \(outcome.text)")
        return outcome.text
    }

    @Test(arguments: [
        "cat value", "busybox cat value", "dd if=value bs=1 status=none", "tail -n1 value",
        "head -n1 value", "sort value", "tac value", "sed -n 1p value", "awk 1 value",
        "read x <value; echo $x", "echo $(cat value)", "mapfile a <value; printf %s \"$a\"",
        "grep -h . value", "cp value /dev/stdout",
        "python3 -c \"print(open('value').read(), end='')\"",
    ])
    func everyToolReadsAValue(_ command: String) throws {
        #expect(try text(command) == "7\n")
    }

    @Test(arguments: ["bash", "dash", "busybox sh"])
    func everyShellWrites(_ shell: String) throws {
        #expect(try text("echo 12 >value; cat value", in: shell) == "12\n")
        #expect(try text("echo 13 >>value; cat value", in: shell) == "13\n")
        #expect(try text("(echo 14; echo 15) >value; cat value", in: shell) == "15\n")
        #expect(try text("printf '16\\n17\\n' >value; cat value", in: shell) == "17\n")
        #expect(try text("echo 18 | tee value >/dev/null; cat value", in: shell) == "18\n")
        #expect(try mount.run("echo bad >value", in: shell).status != 0)
        let long = "echo $(head -c 5000 /dev/zero | tr '\\0' 6) >value"
        #expect(try mount.run(long, in: shell).status != 0)
        let page = "echo $(head -c 4096 /dev/zero | tr '\\0' 6) >value"
        #expect(try mount.run(page, in: shell).status != 0)
        #expect(try text(": >value; cat value", in: shell) == "18\n")
    }

    @Test func refusesWhatFilesDoElsewhere() throws {
        for command in [
            "rm value", "mv value other", "ln value other", "ln -s value other", "touch value",
            "touch other", "mkdir other", "rmdir inner", "mkfifo other", "rm -rf inner",
        ] {
            let outcome = try mount.run(command)
            #expect(outcome.status != 0, "\(command)")
            #expect(outcome.text.contains("Operation not permitted"), "\(outcome.text)")
        }
        #expect(try text("truncate -s 99 value; cat value") == "7\n")
    }

    @Test func keepsADirectoryThatSomebodyIsIn() throws {
        #expect(
            try text("cd inner; mkdir a; cd a; for i in 1 2 3; do cat name; ls ..; done")
                == "a\na\na\na\na\na\n"
        )
        let outcome = try mount.run(
            "cd inner/a; exec 3<>name; rmdir ../a; cat <&3; echo 1 >&3; mkdir ../a; cat ../a/name"
        )
        #expect(outcome.text.contains("No such device"))
        #expect(outcome.text.hasSuffix("a\n"))
    }

    @Test func listsEverything() throws {
        #expect(
            try text("mkdir inner/a; find . | sort | tr '\\n' ' '")
                == ". ./inner ./inner/a ./inner/a/name ./list ./log ./refused ./trigger ./value "
                + "./version "
        )
        #expect(
            try text("stat -c '%A %s' value version list trigger inner") == """
                -rw-r--r-- 4096
                -r--r--r-- 4096
                -r--r--r-- 4096
                --w------- 4096
                drwxrwxrwx 0

                """
        )
    }

    @Test func changesOwners() throws {
        guard geteuid() == 0 else { return }
        #expect(
            try text("chmod 600 value; chown 5:6 value; stat -c '%a %u %g' value") == "600 5 6\n"
        )
        #expect(try text("chown 7 .; stat -c '%u' . version") == "7\n7\n")
    }

    @Test func endsWaitingReadsBySignals() throws {
        let outcome = try mount.run("timeout -s INT 0.2 cat log; echo $?; dd if=log iflag=nonblock")
        #expect(outcome.text.hasPrefix("124\n"))
        #expect(outcome.text.contains("Resource temporarily unavailable"))
    }
}
