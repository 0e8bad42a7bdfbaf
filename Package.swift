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
        .target(name: "CPerfEvent", dependencies: ["CLinux"]),
        .target(name: "CPfm", linkerSettings: [.linkedLibrary("dl")]),
        .target(
            name: "PerfmonEngine",
            dependencies: [
                "CLinux",
                "CPerfEvent",
                "CPfm",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "PerfmonFS",
            dependencies: [
                "CFuse",
                "CLinux",
                "PerfmonEngine",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "pfmfs",
            dependencies: [
                "CLinux",
                "PerfmonEngine",
                "PerfmonFS",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
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
                "CLinux",
                "CPerfEvent",
                "PerfmonEngine",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PerfmonFSTests",
            dependencies: [
                "CFuse",
                "CLinux",
                "PerfmonEngine",
                "PerfmonFS",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
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
                "PerfmonEngine",
                "PerfmonFS",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Fuzz",
            exclude: ["corpus", "words.dict"],
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])],
        )
    )
}
