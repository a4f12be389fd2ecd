/// What the reader accepts at most. A document beyond any limit is refused as a whole.
///
/// Every limit may be reached and not passed: with `maxDepth` 32, 32 nested containers are read and 33 refused.
package struct JSONLimits: Sendable, Equatable {
    /// No limit may allow deeper nesting than this: reading, writing, comparing and releasing a value recurse once per
    /// level, and this depth fits the smallest thread stacks in use with room to spare.
    package static let greatestDepth = 128

    /// Arrays and objects inside each other; a scalar on its own has depth 0, `[]` has 1. Held to 0...128.
    package var maxDepth: Int {
        didSet { self.maxDepth = Self.clampedDepth(self.maxDepth) }
    }
    /// Members of one object.
    package var maxKeys: Int
    /// Bytes of the whole document, white space included.
    package var maxBytes: Int
    /// Values of the whole document: every scalar, array and object counts one, keys do not.
    package var maxElements: Int

    package init(maxDepth: Int = 32, maxKeys: Int = 256, maxBytes: Int = 65_536, maxElements: Int = 10_000) {
        self.maxDepth = Self.clampedDepth(maxDepth)
        self.maxKeys = maxKeys
        self.maxBytes = maxBytes
        self.maxElements = maxElements
    }

    /// The limits for a frame from a client: 64 KiB, 32 levels, 256 keys per object, 10,000 values.
    package static let standard = JSONLimits()

    private static func clampedDepth(_ depth: Int) -> Int {
        min(max(depth, 0), self.greatestDepth)
    }
}
