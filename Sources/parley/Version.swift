/// The version of this program, as `parley version`, the metrics and the description of the API give it.
enum Version {
    static let text = "0.1.0"
}
