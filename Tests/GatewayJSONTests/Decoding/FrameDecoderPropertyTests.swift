import ChatModel
import NIOCore
import Testing
import WireJSON

@testable import GatewayJSON

/// What must hold for all frames, tried on many made by chance. A failure names the seed that repeats it.
struct FrameDecoderPropertyTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4]

    @Test(arguments: Self.seeds)
    func bytesByChanceNeverTrap(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<3000 {
            let count = Int.random(in: 0..<200, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            Self.decodeEveryWay(ByteBuffer(bytes: bytes))
        }
    }

    @Test(arguments: Self.seeds)
    func mutatedFramesNeverTrap(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<3000 {
            let sample = SampleCommand.random(using: &random)
            var bytes = Array(sample.json(compact: Bool.random(using: &random)).utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) { Self.mutate(&bytes, using: &random) }
            Self.decodeEveryWay(ByteBuffer(bytes: bytes))
        }
    }

    @Test(arguments: Self.seeds, [false, true])
    func everyCommandIsReadAsItWasMeant(seed: UInt64, compact: Bool) throws {
        var random = SeededRandom(seed: seed)
        let decoder = FrameDecoder(rules: .init(), acceptsCompact: compact, isExtended: true)
        for _ in 0..<2000 {
            let sample = SampleCommand.random(using: &random)
            let json = sample.json(compact: compact)
            let frame = try decoder.decode(ByteBuffer(string: json))
            #expect(String(describing: frame.command) == String(describing: sample.command), "\(json)")
            #expect(frame.type == sample.type)
        }
    }

    @Test(arguments: Self.seeds)
    func anUnknownKeyInAnyPayloadIsRefused(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let decoder = FrameDecoder(rules: .init(), isExtended: true)
        for _ in 0..<500 {
            var sample = SampleCommand.random(using: &random)
            sample.payload["unheard_of"] = 1
            #expect(throws: FrameError.self) { try decoder.decode(ByteBuffer(string: sample.json(compact: false))) }
        }
    }

    private static func decodeEveryWay(_ bytes: ByteBuffer) {
        for compact in [false, true] {
            for extended in [false, true] {
                let decoder = FrameDecoder(
                    rules: .init(isStrict: extended), acceptsCompact: compact, isExtended: extended)
                _ = try? decoder.decode(bytes)
                _ = try? decoder.decodeHello(bytes)
            }
        }
    }

    private static func mutate(_ bytes: inout [UInt8], using random: inout SeededRandom) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(contentsOf: bytes[place...].prefix(8), at: place)
        default: bytes.insert(Array(#""{}[]:,0e-"#.utf8).randomElement(using: &random) ?? 0, at: place)
        }
    }
}
