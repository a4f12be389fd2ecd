// swift-tools-version: 6.2
import PackageDescription

/// One set of rules for every target: warnings stop the build, imports are internal unless an API shows them.
let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

let package = Package(
    name: "parley",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        // Layer 0: values and bytes. None of these imports another of ours.
        .target(name: "ChatModel", swiftSettings: settings),
        .target(
            name: "Credentials",
            dependencies: [crypto, .product(name: "CryptoExtras", package: "swift-crypto")],
            swiftSettings: settings
        ),
        .target(name: "WireJSON", dependencies: [nioCore], swiftSettings: settings),

        // Layer 1: the rules of chat.
        .target(
            name: "ChatCore",
            dependencies: ["ChatModel", "Credentials", nioCore, nioPosix, logging],
            swiftSettings: settings
        ),

        .testTarget(name: "WireJSONTests", dependencies: ["WireJSON", nioCore], swiftSettings: settings),
        .testTarget(name: "CredentialsTests", dependencies: ["Credentials"], swiftSettings: settings),
        .testTarget(name: "ChatCoreTests", dependencies: ["ChatCore", "ChatModel", "Credentials"], swiftSettings: settings),
    ]
)
