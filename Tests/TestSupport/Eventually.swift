internal import Glibc

/// Asks again and again until something has come true, for at most five seconds.
@discardableResult
package func eventually(_ isTrue: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<5000 {
        if try isTrue() { return true }
        usleep(1000)
    }
    return false
}
