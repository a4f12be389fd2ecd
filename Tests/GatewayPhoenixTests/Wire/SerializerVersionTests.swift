import Testing

@testable import GatewayPhoenix

/// phoenix-channels.md §1.1.
struct SerializerVersionTests {
    @Test func withoutVsnMessagesAreObjects() {
        #expect(SerializerVersion(vsn: nil) == .v1)
    }

    @Test(arguments: ["1.0.0", "1.0.7", "1.0.123"])
    func anyPatchOfOneIsObjects(vsn: String) {
        #expect(SerializerVersion(vsn: vsn) == .v1)
    }

    @Test(arguments: ["2.0.0", "2.0.5", "2.0.99"])
    func anyPatchOfTwoIsArrays(vsn: String) {
        #expect(SerializerVersion(vsn: vsn) == .v2)
    }

    @Test(arguments: [
        "2.1.0", "1.1.0", "3.0.0", "123.1.1", "2", "2.0", "", "2.0.0.0", "2.0.", ".0.0", "v2.0.0", "2.0.x", "2.0.-1",
        " 2.0.0", "2.0.0 ", "02.0.0", "2.0.00", "٢.0.0", "2..0", "2.0.9999999999999999999999",
    ])
    func everythingElseIsRefused(vsn: String) {
        #expect(SerializerVersion(vsn: vsn) == nil)
    }

    @Test func connectParamsNameIt() {
        func version(_ params: [(name: String, value: String)]) -> SerializerVersion? {
            SerializerVersion(connectParams: params)
        }
        #expect(version([]) == .v1)
        #expect(version([("token", "abc"), ("vsn", "2.0.0")]) == .v2)
        #expect(version([("vsn", "2.0.0"), ("vsn", "1.0.0")]) == .v1)
        #expect(version([("vsn[]", "2.0.0")]) == nil)
        #expect(version([("vsn", "2.0.0"), ("vsn[a]", "2.0.0")]) == nil)
    }
}
