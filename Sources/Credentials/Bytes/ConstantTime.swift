/// Compares two byte strings in a time that depends on their lengths only, never on where they differ.
///
/// Lengths are not secret here: every caller compares a digest or a token of known size.
package func constantTimeEqual(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for (a, b) in zip(left, right) {
        difference |= a ^ b
    }
    return difference == 0
}
