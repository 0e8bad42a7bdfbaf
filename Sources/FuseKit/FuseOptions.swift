/// Mount options in the form that libfuse's `-o` lists have.
enum FuseOptions {
    /// An option whose commas and backslashes do not end it.
    static func escaped(_ option: String) -> String {
        var result = ""
        for character in option {
            if character == "," || character == "\\" {
                result.append("\\")
            }
            result.append(character)
        }
        return result
    }
}
