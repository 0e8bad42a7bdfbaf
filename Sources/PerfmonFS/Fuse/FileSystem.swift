import CFuse

enum FileSystem {
    static func watchInterrupt(of request: fuse_req_t) {}
}
