import Testing
import WireJSON

@Suite("The reader reaches each limit and does not pass it")
struct JSONReaderLimitTests {
    private static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    private static func nestedObjects(_ depth: Int) -> String {
        String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth)
    }

    private static func object(keys: Int) -> String {
        "{" + (0..<keys).map { "\"\($0)\":0" }.joined(separator: ",") + "}"
    }

    @Test("depth")
    func depth() {
        #expect(errorReading(Self.nested(32)) == nil)
        #expect(errorReading(Self.nestedObjects(32)) == nil)
        let error = errorReading(Self.nested(33))
        #expect(error?.reason == .tooDeep)
        #expect(error?.offset == 32)
        #expect(errorReading(Self.nestedObjects(33))?.reason == .tooDeep)
        // Siblings are not deeper.
        #expect(errorReading("[" + Array(repeating: "[]", count: 100).joined(separator: ",") + "]") == nil)
    }

    @Test("depth 0 leaves scalars only")
    func depthZero() {
        let limits = JSONLimits(maxDepth: 0)
        #expect(errorReading("1", limits: limits) == nil)
        #expect(errorReading("[]", limits: limits)?.reason == .tooDeep)
    }

    @Test("no setting allows more than the greatest depth")
    func greatestDepth() {
        var limits = JSONLimits(maxDepth: .max)
        #expect(limits.maxDepth == JSONLimits.greatestDepth)
        limits.maxDepth = 1_000_000
        #expect(limits.maxDepth == JSONLimits.greatestDepth)
        #expect(JSONLimits(maxDepth: -1).maxDepth == 0)
        #expect(errorReading(Self.nested(JSONLimits.greatestDepth), limits: limits) == nil)
        #expect(errorReading(Self.nested(JSONLimits.greatestDepth + 1), limits: limits)?.reason == .tooDeep)
        let bottomless = [UInt8](repeating: UInt8(ascii: "["), count: 60_000)
        #expect(errorReading(bottomless, limits: limits)?.reason == .tooDeep)
    }

    @Test("keys of one object")
    func keys() {
        #expect(errorReading(Self.object(keys: 256)) == nil)
        #expect(errorReading(Self.object(keys: 257))?.reason == .tooManyKeys)
        // The limit is for each object, not for all together.
        #expect(errorReading("[\(Self.object(keys: 200)),\(Self.object(keys: 200))]") == nil)
        #expect(errorReading("{}", limits: JSONLimits(maxKeys: 0)) == nil)
        #expect(errorReading("{\"a\":1}", limits: JSONLimits(maxKeys: 0))?.offset == 1)
    }

    @Test("bytes")
    func bytes() {
        let limits = JSONLimits(maxBytes: 5)
        #expect(errorReading("[1,2]", limits: limits) == nil)
        let error = errorReading("[1,2] ", limits: limits)
        #expect(error?.reason == .tooLarge)
        #expect(error?.offset == 5)
        #expect(errorReading(Array(repeating: UInt8(ascii: " "), count: 65_537))?.reason == .tooLarge)
        #expect(errorReading("1", limits: JSONLimits(maxBytes: -1))?.offset == 0)
    }

    @Test("values of the whole document")
    func elements() {
        let zeros = Array(repeating: "0", count: 9_999).joined(separator: ",")
        #expect(errorReading("[\(zeros)]") == nil)
        #expect(errorReading("[\(zeros),0]")?.reason == .tooManyElements)
        let limits = JSONLimits(maxElements: 3)
        #expect(errorReading(#"{"a":[1]}"#, limits: limits) == nil)
        let error = errorReading(#"{"a":[1,2]}"#, limits: limits)
        #expect(error?.reason == .tooManyElements)
        #expect(error?.offset == 8)
    }
}
