import FuseKit

extension ReadRequest {
    /// Answers with the part that was asked for of a text whose first byte is at `start` in the
    /// file.
    consuming func reply(from text: borrowing TextBuffer, startingAt start: Int = 0) {
        reply(from: text.memory, startingAt: start)
    }
}
