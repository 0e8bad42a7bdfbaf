/// Whether this build looks for faults of memory or threads (`scripts/test --sanitize`). Its own
/// bookkeeping then faults pages, grows the memory and stands between callers.
#if SANITIZED
    let isSanitized = true
#else
    let isSanitized = false
#endif
