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
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")

let package = Package(
    name: "parley",
    products: [.executable(name: "parley", targets: ["parley"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // System libraries, from Debian's -dev packages.
        .systemLibrary(
            name: "CSQLite", path: "Sources/CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Layer 0: values and bytes. None of these imports another of ours.
        .target(name: "ChatModel", swiftSettings: settings),
        .target(
            name: "Credentials",
            dependencies: [crypto, .product(name: "CryptoExtras", package: "swift-crypto")],
            swiftSettings: settings
        ),
        .target(name: "WireJSON", dependencies: [nioCore], swiftSettings: settings),
        .target(
            name: "NetTransport",
            dependencies: [
                "CZlib", nioCore, nioPosix, logging, crypto, hummingbirdCore, httpTypes,
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),

        // Layer 1: the rules of chat.
        .target(
            name: "ChatCore",
            dependencies: ["ChatModel", "Credentials", nioCore, nioPosix, logging],
            swiftSettings: settings
        ),

        // Layer 2: one store, two gateways, and what tests share.
        .target(
            name: "StoreSQLite",
            dependencies: ["ChatCore", "ChatModel", "CSQLite", logging],
            resources: [.embedInCode("Migrations/Schema")],
            swiftSettings: settings
        ),
        .target(
            name: "GatewayJSON",
            dependencies: ["ChatCore", "ChatModel", "NetTransport", "WireJSON", nioCore, logging],
            swiftSettings: settings
        ),
        .target(
            name: "GatewayPhoenix",
            dependencies: [
                "ChatCore", "ChatModel", "NetTransport", "WireJSON", nioCore, logging,
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "GatewayREST",
            dependencies: [
                "ChatCore", "ChatModel", "Credentials", "NetTransport", "WebAssets", "WireJSON", hummingbird,
                hummingbirdCore,
                httpTypes, nioCore, logging, .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .target(name: "WebAssets"),
        .target(
            name: "ChatTesting",
            dependencies: ["ChatCore", "ChatModel"],
            swiftSettings: settings
        ),

        .testTarget(name: "WireJSONTests", dependencies: ["WireJSON", nioCore], swiftSettings: settings),
        .testTarget(name: "CredentialsTests", dependencies: ["Credentials"], swiftSettings: settings),
        .testTarget(
            name: "ChatCoreTests", dependencies: ["ChatCore", "ChatModel", "Credentials"], swiftSettings: settings),
        .testTarget(
            name: "NetTransportTests",
            dependencies: [
                "NetTransport", nioCore, nioPosix, logging, hummingbirdCore, httpTypes,
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "StoreSQLiteTests",
            dependencies: ["StoreSQLite", "ChatTesting", "ChatCore", "ChatModel", logging],
            swiftSettings: settings
        ),
        .testTarget(
            name: "GatewayJSONTests",
            dependencies: ["GatewayJSON", "ChatCore", "ChatModel", "NetTransport", "WireJSON", nioCore],
            swiftSettings: settings
        ),
        .testTarget(
            name: "GatewayPhoenixTests",
            dependencies: [
                "GatewayPhoenix", "ChatCore", "ChatModel", "Credentials", "NetTransport", "StoreSQLite", "WireJSON",
                nioCore, nioPosix, logging, .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ConversationTests",
            dependencies: ["ChatCore", "ChatModel", "Credentials", "StoreSQLite", nioCore, nioPosix, logging],
            swiftSettings: settings
        ),

        .testTarget(
            name: "GatewayRESTTests",
            dependencies: [
                "GatewayREST", "ChatCore", "ChatModel", "Credentials", "NetTransport", "StoreSQLite", "WireJSON",
                hummingbird, hummingbirdCore, httpTypes, nioCore, nioPosix, logging,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ParleyTests",
            dependencies: ["parley", "GatewayREST", "ChatModel", logging],
            swiftSettings: settings
        ),

        // Layer 3: configuration and wiring.
        .executableTarget(
            name: "parley",
            dependencies: [
                "ChatCore", "ChatModel", "Credentials", "StoreSQLite", "GatewayJSON", "GatewayPhoenix", "GatewayREST",
                "NetTransport", "WireJSON", hummingbirdCore, httpTypes, nioCore, nioPosix, logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
    ]
)
