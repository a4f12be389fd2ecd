import Testing

@testable import Credentials

@Suite struct PasswordRecordTests {
    /// The fewest rounds allowed, to keep the tests quick.
    private static let iterations = PasswordRecord.iterationRange.lowerBound

    @Test func onlyThePasswordItWasMadeOfFits() throws {
        let record = try PasswordRecord.derive(password: "pass wört", iterations: Self.iterations)
        #expect(record.verify(password: "pass wört"))
        #expect(record.verify(password: "pass\u{A0}wo\u{308}rt"))
        #expect(!record.verify(password: "pass wörT"))
        #expect(!record.verify(password: ""))
        #expect(!record.verify(password: "pass wört\u{0}"))
    }

    @Test func samePasswordTwiceGivesDifferentRecords() throws {
        let first = try PasswordRecord.derive(password: "pencil", iterations: Self.iterations)
        let second = try PasswordRecord.derive(password: "pencil", iterations: Self.iterations)
        #expect(first.sha256.salt != second.sha256.salt && first.sha256.storedKey != second.sha256.storedKey)
        #expect(first.sha1.salt != first.sha256.salt)
        #expect(first.keys(for: .sha1) == first.sha1 && first.keys(for: .sha256) == first.sha256)
    }

    @Test func defaultIsFifteenThousandRoundsAndTooFewOrTooManyAreRefused() throws {
        #expect(try PasswordRecord.derive(password: "x").sha256.iterations == 15_000)
        for iterations in [Int.min, -1, 0, 4_095, 1_000_001, Int.max] {
            #expect(throws: PasswordError.iterationsOutOfRange) {
                try PasswordRecord.derive(password: "x", iterations: iterations)
            }
        }
        #expect(throws: PasswordError.empty) { try PasswordRecord.derive(password: "") }
    }

    @Test func storedFormReadsBackAndHoldsNothingOfThePassword() throws {
        let record = try PasswordRecord.derive(password: "pencil", iterations: Self.iterations)
        let text = record.serialized
        #expect(try PasswordRecord(serialized: text) == record)
        #expect(text.utf8.count < 256 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) })
        #expect(text.hasPrefix("scram1;") && !text.contains("pencil"))
        let prepared = try PreparedPassword("pencil")
        let salted = try ScramHash.sha256.saltedPassword(
            prepared, salt: record.sha256.salt, iterations: Self.iterations)
        let clientKey = ScramHash.sha256.authenticationCode(for: Array("Client Key".utf8), key: salted)
        #expect(!text.contains(Base64URL.encode(clientKey)) && !text.contains(Base64URL.encode(salted)))
    }

    @Test func otherVersionsAreTold() {
        for text in ["", "scram2;a;b", "$argon2id$v=19", "scram11;x;y"] {
            #expect(throws: PasswordRecordError.unknownVersion) { try PasswordRecord(serialized: text) }
        }
    }

    @Test func damagedFormsAreRefused() throws {
        let good = try PasswordRecord.derive(password: "pencil", iterations: Self.iterations).serialized
        let swapped = good.split(separator: ";")
        let damaged = [
            "scram1", "scram1;;", good + ";", String(good.dropLast()), good + "A",
            good.replacing(":4096:", with: ":4095:"), good.replacing(":4096:", with: ":99999999999999999999:"),
            good.replacing(":4096:", with: ":-4096:"), good.replacing("SHA-256", with: "SHA-512"),
            "scram1;\(swapped[2]);\(swapped[1])",
        ]
        for text in damaged {
            #expect(throws: PasswordRecordError.malformed) { try PasswordRecord(serialized: text) }
        }
    }

    @Test func mutatedFormsNeverTrapAndStayWithinTheirBounds() throws {
        let good = Array(try PasswordRecord.derive(password: "pencil", iterations: Self.iterations).serialized.utf8)
        var generator = SeededGenerator(seed: 7677)
        for _ in 0..<5_000 {
            let text = String(decoding: generator.mutated(good, alphabet: Array("0123456789:;-Aa".utf8)), as: UTF8.self)
            guard let record = try? PasswordRecord(serialized: text) else { continue }
            #expect(PasswordRecord.iterationRange.contains(record.sha256.iterations))
            #expect(record.sha1.storedKey.count == 20 && record.sha256.storedKey.count == 32)
        }
    }
}
