/// Writes metrics in the Prometheus text format 0.0.4.
struct PrometheusText {
    enum Kind: String { case counter, gauge, histogram }

    private(set) var text = ""

    /// One metric without labels.
    mutating func metric(_ name: String, _ kind: Kind, _ help: String, _ value: some BinaryInteger) {
        self.head(name, kind, help)
        self.sample(name, value: String(value))
    }

    mutating func metric(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        self.head(name, kind, help)
        self.sample(name, value: Self.number(value))
    }

    /// One metric with a value for each value of one label.
    mutating func metric(
        _ name: String, _ kind: Kind, _ help: String, by label: String, _ values: [(String, UInt64)]
    ) {
        self.head(name, kind, help)
        for (value, count) in values {
            self.sample(name, labels: "\(label)=\"\(Self.escaped(value))\"", value: "\(count)")
        }
    }

    /// - Parameters:
    ///   - bounds: Upper bounds, ascending.
    ///   - counts: One for each bound, and one for what is above them all; not cumulative.
    mutating func histogram(_ name: String, _ help: String, bounds: [Double], counts: [UInt64], sum: Double) {
        self.head(name, .histogram, help)
        var total: UInt64 = 0
        for (index, count) in counts.enumerated() {
            total &+= count
            let bound = bounds.indices.contains(index) ? Self.number(bounds[index]) : "+Inf"
            self.sample(name + "_bucket", labels: "le=\"\(bound)\"", value: "\(total)")
        }
        self.sample(name + "_sum", value: Self.number(sum))
        self.sample(name + "_count", value: "\(total)")
    }

    private mutating func head(_ name: String, _ kind: Kind, _ help: String) {
        self.text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    private mutating func sample(_ name: String, labels: String = "", value: String) {
        self.text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : String(value)
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
