/// The members of a JSON object (RFC 8259 §4) in the order they were read or set. No key occurs twice.
///
/// Chat objects have a handful of members, so a plain list beats a hash table in time and in memory: lookup is linear.
/// Keys are compared byte by byte as §8.3 asks, not by Unicode equivalence: a precomposed "é" and "e" with a combining
/// accent are two keys.
package struct JSONObject: Sendable {
    package struct Member: Sendable, Equatable {
        package let key: String
        package let value: JSONValue
    }

    package private(set) var members: [Member]

    package init() {
        self.members = []
    }

    /// Takes members whose keys the caller has already found to be distinct.
    init(distinctMembers members: [Member]) {
        self.members = members
    }

    package var count: Int { self.members.count }
    package var isEmpty: Bool { self.members.isEmpty }

    /// Reads, replaces, appends or (with nil) removes the member of this name. Linear in the number of members.
    package subscript(key: String) -> JSONValue? {
        get {
            for member in self.members where member.key.hasSameBytes(as: key) {
                return member.value
            }
            return nil
        }
        set {
            let index = self.members.firstIndex { $0.key.hasSameBytes(as: key) }
            switch (index, newValue) {
            case (let index?, let value?): self.members[index] = Member(key: key, value: value)
            case (let index?, nil): self.members.remove(at: index)
            case (nil, let value?): self.members.append(Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Whether there is a member of this name, be its value null or not.
    package func contains(_ key: String) -> Bool {
        self.members.contains { $0.key.hasSameBytes(as: key) }
    }
}

extension JSONObject: Equatable {
    /// Equal when both have the same keys with equal values; the order of members carries no meaning (RFC 8259 §4).
    package static func == (lhs: JSONObject, rhs: JSONObject) -> Bool {
        guard lhs.count == rhs.count else { return false }
        // Both sides usually come in the same order: look at the same place before searching.
        return zip(lhs.members, rhs.members).allSatisfy { left, right in
            left.key.hasSameBytes(as: right.key) ? left.value == right.value : rhs[left.key] == left.value
        }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Builds an object; of a key given twice the last value counts.
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init()
        for (key, value) in elements {
            self[key] = value
        }
    }
}

extension String {
    /// Whether both strings have the same UTF-8 bytes. `==` also accepts canonically equivalent spellings.
    @inline(__always)
    func hasSameBytes(as other: String) -> Bool {
        // Cheap refusals first; only a likely hit pays for the comparison of bytes.
        self.utf8.count == other.utf8.count && self == other && self.utf8.elementsEqual(other.utf8)
    }
}
