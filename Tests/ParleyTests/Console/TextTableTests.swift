import Testing

@testable import parley

struct TextTableTests {
    @Test func columnsAreAsWideAsTheirWidestText() {
        var table = TextTable("NAME", "ROLE", "SEEN")
        table.append(["bob", "moderator", "-"])
        table.append(["constantine", "user", "today"])
        #expect(
            table.lines == [
                "NAME         ROLE       SEEN", "bob          moderator  -", "constantine  user       today",
            ])
    }

    @Test func theHeaderIsThereWithoutRows() {
        #expect(TextTable("NAME", "ROLE").lines == ["NAME  ROLE"])
    }
}
