/// The table of settings as text.
enum SettingHelp {
    /// For `parley serve --help`.
    static var discussion: String {
        """
        Every setting can be given on the command line (--set KEY=VALUE, or the options above), in the environment \
        (PARLEY_ and the key in capitals with _ for each dot) and in the YAML file that --config names (the part \
        before the dot is a group). The first that is there counts. A rate or count that may be 0 is switched off by it.

        SETTINGS:
        \(SettingTable.all.map(self.paragraph).joined(separator: "\n"))
        """
    }

    private static func paragraph(_ setting: Setting) -> String {
        var type = setting.typeName
        if let range = setting.rangeText { type += " " + range }
        return "  \(setting.key) (\(type); default \(setting.defaultText))\n" + self.wrapped(setting.summary + ".")
    }

    /// Lines of at most 76 characters, six of them blanks in front.
    private static func wrapped(_ text: String) -> String {
        var lines: [String] = [""]
        for word in text.split(separator: " ") {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if last.count + word.count < 70 {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines.map { "      " + $0 }.joined(separator: "\n")
    }

    /// For `docs/operations.md`.
    static var markdown: String {
        let rows = SettingTable.all.map { setting in
            let range = setting.rangeText.map { " " + $0 } ?? ""
            let reload = setting.isReloadable ? " *(reloadable)*" : ""
            return "| `\(setting.key)` | `\(setting.variable)` | \(setting.typeName)\(range) | "
                + "`\(setting.defaultText)` | \(setting.summary)\(reload) |"
        }
        return "| key | environment | type and range | default | what it does |\n|---|---|---|---|---|\n"
            + rows.joined(separator: "\n") + "\n"
    }
}
