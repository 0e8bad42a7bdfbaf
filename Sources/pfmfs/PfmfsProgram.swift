import PerfmonFS
@main struct PfmfsProgram { static func main() { } }
