import WireJSON

/// Random values with a liking for the places where readers and writers go wrong.
struct RandomJSON {
    private(set) var random: SeededGenerator

    init(seed: UInt64) {
        self.random = SeededGenerator(seed: seed)
    }

    mutating func value(depth: Int = 0) -> JSONValue {
        // Deeper down scalars win, so that every value ends.
        switch self.random.below(depth < 6 ? 8 : 5) {
        case 0: .null
        case 1: .bool(Bool.random(using: &self.random))
        case 2: .integer(self.integer())
        case 3: .number(self.double())
        case 4: .string(self.string())
        case 5, 6: .object(self.object(depth: depth + 1))
        default: .array((0..<self.random.below(6)).map { _ in self.value(depth: depth + 1) })
        }
    }

    private mutating func object(depth: Int) -> JSONObject {
        var object = JSONObject()
        // Now and then many members, past the point where the reader changes its search for keys given twice.
        let count = self.random.below(12) == 0 ? 40 : self.random.below(6)
        for _ in 0..<count {
            object[self.string()] = self.value(depth: count > 6 ? 6 : depth)
        }
        return object
    }

    private mutating func integer() -> Int64 {
        switch self.random.below(4) {
        case 0: self.random.pick([0, 1, -1, 9, 10, 99, 100, .min, .max, .min + 1, .max - 1])
        case 1: Int64.random(in: -1_000...1_000, using: &self.random)
        default: Int64(bitPattern: self.random.next()) >> Int64(self.random.below(64))
        }
    }

    private mutating func double() -> Double {
        let edges: [Double] = [
            0, -0.0, 1, 0.1, -1.5, 1e16, 1e17, 1e22, 1e23, 9_223_372_036_854_775_808, .leastNonzeroMagnitude,
            .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .pi,
        ]
        if self.random.below(3) == 0 { return self.random.pick(edges) }
        let any = Double(bitPattern: self.random.next())
        return any.isFinite ? any : 0.5
    }

    mutating func string() -> String {
        let length = self.random.pick([0, 1, 3, 7, 8, 9, 15, 16, 17, 40])
        let plainOnly = self.random.below(3) == 0
        var text = String.UnicodeScalarView()
        for _ in 0..<length {
            text.append(plainOnly ? self.plainScalar() : self.scalar())
        }
        return String(text)
    }

    private mutating func plainScalar() -> Unicode.Scalar {
        Unicode.Scalar(UInt8.random(in: 0x61...0x7A, using: &self.random))
    }

    private mutating func scalar() -> Unicode.Scalar {
        let edges: [Unicode.Scalar] = [
            "\"", "\\", "/", "\0", "\u{1F}", " ", "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{2027}", "\u{2028}",
            "\u{2029}", "\u{202A}", "\u{D7FF}", "\u{E000}", "\u{FEFF}", "\u{FFFD}", "\u{FFFF}", "\u{10000}",
            "\u{10FFFF}", "👍", "é", "\u{301}", "\n", "\t", "\u{8}", "\u{C}", "\r",
        ]
        switch self.random.below(4) {
        case 0: return self.random.pick(edges)
        case 1: return Unicode.Scalar(UInt32.random(in: 0...0x10_FFFF, using: &self.random)) ?? "e"
        default: return self.plainScalar()
        }
    }
}
