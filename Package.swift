// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is held to the same rules: Swift 6 mode, no warning, explicit imports.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "pfmfs",
    products: [
        .executable(name: "pfmfs", targets: ["pfmfs"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: [
        .target(name: "CFuse", linkerSettings: [.linkedLibrary("fuse3")]),
        .target(name: "CLinux"),
        .target(name: "CPerfEvent"),
        .target(name: "CPfm", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CPrivilege"),
        .target(
            name: "LinuxSupport",
            dependencies: ["CLinux", system],
            swiftSettings: strict
        ),
        .target(
            name: "PerfmonModel",
            dependencies: ["CLinux", "LinuxSupport", system],
            swiftSettings: strict
        ),
        .target(
            name: "PrivilegeSupport",
            dependencies: ["CPrivilege", "LinuxSupport", "PerfmonModel", system],
            swiftSettings: strict
        ),
        .target(
            name: "PerfmonEvents",
            dependencies: ["CPerfEvent", "CPfm", "LinuxSupport", "PerfmonModel", system],
            swiftSettings: strict
        ),
        .target(
            name: "PerfmonEngine",
            dependencies: [
                "CLinux", "LinuxSupport", "PerfmonEvents", "PerfmonModel", deque, logging, system,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "X86Pmu",
            dependencies: ["CLinux", "PerfmonModel"],
            swiftSettings: strict
        ),
        .target(
            name: "PerfBackend",
            dependencies: [
                "CLinux", "CPerfEvent", "LinuxSupport", "PerfmonEngine", "PerfmonEvents",
                "PerfmonModel", "PrivilegeSupport", "X86Pmu", deque, logging, system,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "SimulatedBackend",
            dependencies: [
                "CLinux", "LinuxSupport", "PerfmonEngine", "PerfmonEvents", "PerfmonModel",
                "X86Pmu", system,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "FuseKit",
            dependencies: ["CFuse", "CLinux", "LinuxSupport", logging, system],
            swiftSettings: strict
        ),
        .target(
            name: "PerfmonFS",
            dependencies: [
                "CLinux", "FuseKit", "LinuxSupport", "PerfmonEngine", "PerfmonEvents",
                "PerfmonModel", "PrivilegeSupport", deque, logging, system,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "PfmfsOptions",
            dependencies: [
                "FuseKit", "PerfBackend", "PerfmonEngine", "PerfmonEvents", "PerfmonFS",
                "PerfmonModel", "SimulatedBackend", logging, system,
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "pfmfs",
            dependencies: [
                "CLinux", "CPrivilege", "FuseKit", "LinuxSupport", "PerfBackend", "PerfmonEngine",
                "PerfmonFS", "PerfmonModel", "PfmfsOptions", "PrivilegeSupport", "SimulatedBackend",
                logging, system,
            ],
            exclude: ["link"],
            swiftSettings: strict,
            linkerSettings: [
                // Swift's own libraries may be linked in, but ask for the shared libstdc++, where
                // a third of the start would go into looking up symbols. The linker finds the
                // archive by a script of that name.
                .unsafeFlags(
                    [
                        "-L\(Context.packageDirectory)/Sources/pfmfs/link",
                        "-Xclang-linker", "-static-libgcc",
                    ],
                    .when(configuration: .release)
                )
            ]
        ),
        .testTarget(
            name: "PerfmonEngineTests",
            dependencies: [
                "CLinux", "CPerfEvent", "CPrivilege", "LinuxSupport", "PerfBackend",
                "PerfmonEngine", "PerfmonEvents", "PerfmonModel", "PrivilegeSupport",
                "SimulatedBackend", "X86Pmu", logging, system,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PerfmonFSTests",
            dependencies: [
                "CFuse", "CLinux", "FuseKit", "LinuxSupport", "PerfBackend", "PerfmonEngine",
                "PerfmonEvents", "PerfmonFS", "PerfmonModel", "PrivilegeSupport",
                "SimulatedBackend", logging, system,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PfmfsTests",
            dependencies: [
                "FuseKit", "LinuxSupport", "PerfmonEngine", "PerfmonModel", "PfmfsOptions", "pfmfs",
                logging, system,
            ],
            swiftSettings: strict
        ),
    ]
)

// scripts/fuzz builds this with libFuzzer, whose runtime not every machine has.
if Context.environment["PFMFS_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "pfmfs-fuzz",
            dependencies: [
                "FuseKit", "LinuxSupport", "PerfmonEngine", "PerfmonEvents", "PerfmonFS",
                "PerfmonModel", "PfmfsOptions", "SimulatedBackend", system,
            ],
            path: "Fuzz",
            exclude: ["corpus", "words.dict"],
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])],
        )
    )
}
