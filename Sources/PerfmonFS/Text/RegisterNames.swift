/// Names such as `pmd12`.
enum RegisterNames {
    /// The number of a register's name; nil when it is none, or not written as the tree writes it.
    static func number(_ name: String, _ kind: String) -> Int? {
        guard name.hasPrefix(kind), let number = Int(name.dropFirst(kind.count)),
            name == "\(kind)\(number)"
        else { return nil }
        return number
    }
}
