import Glibc

/// The words of a search, folded as the texts are.
struct SearchPattern {
    private let words: [SearchWord]

    init(_ words: [String]) { self.words = words.compactMap { SearchWord(Folding.fold($0)) } }

    var isEmpty: Bool { self.words.isEmpty }

    /// Whether all words are in a text.
    func matches(_ text: SearchedText) -> Bool {
        text.folded.withUnsafeBufferPointer { folded in self.words.allSatisfy { $0.isIn(folded) } }
    }
}

/// One text after the other, folded in the same memory.
struct SearchedText {
    fileprivate private(set) var folded: [UInt8] = []
    /// What all texts so far have cost, in bytes of ASCII.
    private(set) var work = 0

    /// Other text is folded as a string, which takes many times as long; but then it has more bytes to a character.
    private static let workPerByte = 4

    mutating func replace(with text: UnsafeBufferPointer<UInt8>) {
        self.folded.removeAll(keepingCapacity: true)
        guard text.allSatisfy({ $0 < 0x80 }) else {
            self.work += Self.workPerByte * text.count
            return self.folded.append(contentsOf: Folding.fold(String(decoding: text, as: UTF8.self)).utf8)
        }
        // Most texts.
        self.work += text.count
        for byte in text { self.folded.append(byte &- 0x41 < 26 ? byte | 0x20 : byte) }
    }
}

/// One word, found in time that grows with the text alone, however both repeat themselves (Knuth, Morris and Pratt).
///
/// In UTF-8, bytes that are equal are characters that are equal: no word is found across two of them.
struct SearchWord {
    private let bytes: [UInt8]
    /// For each byte of the word how long the longest beginning of the word is that also ends there; shorter than all up
    /// to there.
    private let borders: [Int]

    /// nil for the empty word.
    init?(_ word: String) {
        self.bytes = Array(word.utf8)
        guard !self.bytes.isEmpty else { return nil }
        var borders = [0]
        var length = 0
        for byte in self.bytes.dropFirst() {
            while length > 0, byte != self.bytes[length] { length = borders[length - 1] }
            if byte == self.bytes[length] { length += 1 }
            borders.append(length)
        }
        self.borders = borders
    }

    func isIn(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        self.bytes.withUnsafeBufferPointer { word in
            self.borders.withUnsafeBufferPointer { Self.contains(text, word, borders: $0) }
        }
    }

    private static func contains(
        _ text: UnsafeBufferPointer<UInt8>, _ word: UnsafeBufferPointer<UInt8>, borders: UnsafeBufferPointer<Int>
    ) -> Bool {
        var place = 0
        // How much of the word stands before `place`.
        var length = 0
        while length < word.count {
            guard text.count - place >= word.count - length else { return false }
            if text[place] == word[length] {
                place += 1
                length += 1
            } else if length > 0 {
                length = borders[length - 1]
            } else {
                // What most of an ordinary text is passed over by.
                guard let next = Self.firstPlace(of: word[0], in: text, from: place + 1) else { return false }
                place = next
            }
        }
        return true
    }

    private static func firstPlace(of byte: UInt8, in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard start < text.count, let base = text.baseAddress,
            let found = memchr(base + start, Int32(byte), text.count - start)
        else { return nil }
        return UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
    }
}
