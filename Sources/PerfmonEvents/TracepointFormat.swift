/// The `format` file of a tracepoint: its fields, and how the kernel prints them.
struct TracepointFormat {
    /// Declarations of the event's own fields.
    let fields: [String]
    /// The format string of `print fmt`, as it is written; empty when there is none.
    let printed: String

    init(_ text: String) {
        var fields: [String] = []
        var printed = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("\tfield:") {
                let declaration = line.dropFirst("\tfield:".count).prefix { $0 != ";" }
                // Every event begins with the same fields, which say nothing about it.
                let name = declaration.split(separator: " ").last ?? ""
                if !name.hasPrefix("common_") { fields.append(String(declaration)) }
            } else if line.hasPrefix("print fmt: \"") {
                printed = Self.quoted(line.dropFirst("print fmt: \"".count))
            }
        }
        self.fields = fields
        self.printed = printed
    }

    /// One line: what the kernel prints if that has words of its own, the fields otherwise.
    var text: String {
        Self.hasWord(printed) ? printed : fields.joined(separator: ", ")
    }

    /// Whether two letters stand together outside of conversions such as `%lx`.
    private static func hasWord(_ text: String) -> Bool {
        var letters = 0
        var inConversion = false
        for character in text {
            if inConversion {
                inConversion = !"diouxXscp%".contains(character)
                letters = 0
            } else if character == "%" {
                inConversion = true
            } else {
                letters = character.isLetter ? letters + 1 : 0
                if letters == 2 { return true }
            }
        }
        return false
    }

    /// The text up to the closing quotation mark, line breaks and tabs turned into spaces.
    private static func quoted(_ text: Substring) -> String {
        var result = ""
        var escaped = false
        for character in text {
            if escaped {
                result.append(character == "n" || character == "t" ? " " : character)
                escaped = false
            } else if character == "\\" {
                escaped = true
            } else if character == "\"" {
                break
            } else {
                result.append(character)
            }
        }
        return result
    }
}
