import Foundation
import Testing

@testable import parley

struct OperationsPageTests {
    private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/operations.md")

    /// `parley settings --markdown` makes the table.
    @Test func theTableOfSettingsIsTheOneInForce() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        #expect(text.contains(SettingHelp.markdown))
    }
}
