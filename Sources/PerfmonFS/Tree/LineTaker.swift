import FuseKit
import LinuxSupport
import PerfmonModel
import SystemPackage

/// An open file that carries out what is written to it, line by line.
protocol LineTaker: AnyObject {
    var lookups: Lookups { get }

    /// Carries out one line and reports what became of it, unless it needs a lookup first.
    ///
    /// - Parameter number: of the line in its batch, from 1; 0 when it is the only one.
    func carryOut(_ line: CommandLine, number: Int, by client: Client) throws(PfmError)

    /// Called when the lines behind one that failed are left out.
    func leftOut(because error: PfmError)
}

extension LineTaker {
    /// Carries out the lines up to the first that fails, and answers the request. A line that needs
    /// a lookup is carried out, and those behind it, when the answer is there.
    func carryOut(_ lines: WrittenLines, for request: consuming WriteRequest) {
        var lines = lines
        do throws(PfmError) {
            while let (line, number) = lines.next() {
                try carryOut(line, number: number, by: request.client)
                lookups.forget()
            }
        } catch {
            if lookups.isPending {
                lines.keepFromLast()
                let rest = lines
                return request.park { [self] request in carryOut(rest, for: request) }
            }
            leftOut(because: error)
            return request.fail(error.code)
        }
        request.reply()
    }
}
