import Testing
import WireJSON

@Suite("Values in memory")
struct JSONValueTests {
    @Test("an accessor gives nil for a value of another kind")
    func accessors() {
        let samples: [JSONValue] = [.null, true, 7, 7.5, "7", [7], ["a": 7]]
        #expect(samples.map(\.isNull) == [true, false, false, false, false, false, false])
        #expect(samples.map(\.bool) == [nil, true, nil, nil, nil, nil, nil])
        #expect(samples.map(\.integer) == [nil, nil, 7, nil, nil, nil, nil])
        #expect(samples.map(\.number) == [nil, nil, 7, 7.5, nil, nil, nil])
        #expect(samples.map(\.string) == [nil, nil, nil, nil, "7", nil, nil])
        #expect(samples.map(\.array) == [nil, nil, nil, nil, nil, [7], nil])
        #expect(samples.map(\.object) == [nil, nil, nil, nil, nil, nil, ["a": 7]])
        #expect(samples.map { $0["a"] } == [nil, nil, nil, nil, nil, nil, 7])
        #expect(samples.map { $0[0] } == [nil, nil, nil, nil, nil, 7, nil])
    }

    @Test("an index out of range is nil")
    func indexOutOfRange() {
        let value: JSONValue = [1]
        #expect(value[1] == nil)
        #expect(value[-1] == nil)
    }

    @Test("a member that is null is there, a missing one is not")
    func nullMember() {
        let object: JSONObject = ["token": .null]
        #expect(object["token"] == .some(.null))
        #expect(object["Token"] == nil)
        #expect(object.contains("token"))
        #expect(!object.contains("Token"))
    }

    @Test("setting a member replaces in place, appends or removes")
    func setting() {
        var object: JSONObject = ["a": 1, "b": 2, "a": 3]
        #expect(object.members.map(\.key) == ["a", "b"])
        #expect(object["a"] == 3)
        object["c"] = 4
        object["a"] = 5
        object["b"] = nil
        object["x"] = nil
        #expect(object.members.map(\.key) == ["a", "c"])
        #expect(object.members.map(\.value) == [5, 4])
        #expect(object.count == 2)
        #expect(!object.isEmpty)
    }

    @Test("objects are equal whatever the order of their members")
    func equality() {
        let object: JSONObject = ["a": 1, "b": 2]
        #expect(object == ["b": 2, "a": 1])
        #expect(object != ["a": 1, "b": 3])
        #expect(object != ["a": 1])
        #expect(object != ["a": 1, "c": 2])
        #expect(JSONValue.integer(7) != .number(7))
    }

    static let lenientIntegers: [(JSONValue, Int64?)] = [
        (7, 7),
        (7.0, 7),
        ("7", 7),
        (-7, -7),
        (.number(-0.0), 0),
        ("-7", -7),
        ("0", 0),
        ("-0", 0),
        (1e15, 1_000_000_000_000_000),
        ("9223372036854775807", .max),
        ("-9223372036854775808", .min),
        ("9223372036854775808", nil),
        ("-9223372036854775809", nil),
        (.number(9_223_372_036_854_775_808), nil),
        (.number(-9_223_372_036_854_775_808), .min),
        (1e300, nil),
        (.number(.nan), nil),
        (.number(.infinity), nil),
        (7.5, nil),
        (true, nil),
        (false, nil),
        (.null, nil),
        ([7], nil),
        (["7": 7], nil),
        ("", nil),
        ("-", nil),
        ("+7", nil),
        (" 7", nil),
        ("7 ", nil),
        ("07", nil),
        ("-07", nil),
        ("7.0", nil),
        ("7e0", nil),
        ("0x7", nil),
        ("٧", nil),
        ("--7", nil),
    ]

    @Test("7, 7.0 and \"7\" are one whole number; booleans, fractions and null are none", arguments: lenientIntegers)
    func lenientInteger(value: JSONValue, expected: Int64?) {
        #expect(value.lenientInteger == expected)
    }
}
