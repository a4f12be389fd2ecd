/// Rows under a header, in columns with two blanks between them.
struct TextTable: Sendable {
    private static let gap = "  "

    private var rows: [[String]]

    init(_ header: String...) { self.rows = [header] }

    mutating func append(_ row: [String]) { self.rows.append(row) }

    /// The header and the rows. The last column is not filled up.
    var lines: [String] {
        var widths: [Int] = []
        for row in self.rows {
            for (column, text) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], text.count)
            }
        }
        return self.rows.map { row in
            row.enumerated().map { column, text in
                column == row.count - 1 ? text : text + String(repeating: " ", count: widths[column] - text.count)
            }.joined(separator: Self.gap)
        }
    }
}
