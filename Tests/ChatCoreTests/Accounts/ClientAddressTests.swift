import ChatCore
import Testing

struct ClientAddressTests {
    @Test(arguments: [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8::1", "2001:db8:0:0::/64"),
        ("::1", "0:0:0:0::/64"),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.7"),
    ])
    func limitsCountAnIPv6NetworkAsOne(text: String, group: String) {
        #expect(ClientAddress(text).group == group)
    }
}
