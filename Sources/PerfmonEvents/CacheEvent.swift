/// A generic cache event: which cache, what was asked of it, and how that ended.
package struct CacheEvent: Sendable, Hashable {
    /// `PERF_COUNT_HW_CACHE_*`.
    package enum Cache: UInt8, Sendable, CaseIterable {
        case l1Data, l1Instruction, lastLevel, dataTLB, instructionTLB, branch, node
    }

    /// `PERF_COUNT_HW_CACHE_OP_*`.
    package enum Operation: UInt8, Sendable, CaseIterable {
        case load, store, prefetch
    }

    /// `PERF_COUNT_HW_CACHE_RESULT_*`.
    package enum Outcome: UInt8, Sendable, CaseIterable {
        case access, miss
    }

    package var cache: Cache
    package var operation: Operation
    package var outcome: Outcome

    package init(_ cache: Cache, _ operation: Operation, _ outcome: Outcome) {
        self.cache = cache
        self.operation = operation
        self.outcome = outcome
    }

    /// `perf_event_attr.config`, one byte for each part.
    package var kernelConfig: UInt64 {
        UInt64(cache.rawValue) | UInt64(operation.rawValue) << 8 | UInt64(outcome.rawValue) << 16
    }

    /// Bits 15:0 of the generic layout, four bits for each part.
    package var field: UInt16 {
        UInt16(cache.rawValue) | UInt16(operation.rawValue) << 4 | UInt16(outcome.rawValue) << 8
    }

    /// Reads bits 15:0 of the generic layout; nil when they name no cache event.
    package init?(field: UInt16) {
        guard field >> 12 == 0,
            let cache = Cache(rawValue: UInt8(field & 0xF)),
            let operation = Operation(rawValue: UInt8(field >> 4 & 0xF)),
            let outcome = Outcome(rawValue: UInt8(field >> 8 & 0xF))
        else { return nil }
        self.init(cache, operation, outcome)
    }

    /// Whether the combination makes sense: nothing stores to an instruction cache, and address
    /// translation of instructions and branch prediction know loads only.
    package var isMeaningful: Bool {
        switch cache {
        case .l1Instruction: operation != .store
        case .instructionTLB, .branch: operation == .load
        default: true
        }
    }
}

extension CacheEvent {
    /// Canonical first, then what people also write.
    private static let cacheWords: [(Cache, [String])] = [
        (.l1Data, ["L1-dcache", "l1d", "l1-d", "L1-data"]),
        (.l1Instruction, ["L1-icache", "l1i", "l1-i", "L1-instruction"]),
        (.lastLevel, ["LLC", "L2"]),
        (.dataTLB, ["dTLB", "d-tlb", "Data-TLB"]),
        (.instructionTLB, ["iTLB", "i-tlb", "Instruction-TLB"]),
        (.branch, ["branch", "bpu", "btb", "bpc"]),
        (.node, ["node"]),
    ]

    /// The words behind the cache, all of them lower case; canonical first in each group.
    private static let endings: [String: (Operation, Outcome)] = {
        let operations: [(Operation, one: String, many: [String])] = [
            (.load, "load", ["loads", "load", "read", "reads"]),
            (.store, "store", ["stores", "store", "write", "writes"]),
            (.prefetch, "prefetch", ["prefetches", "prefetch"]),
        ]
        var table: [String: (Operation, Outcome)] = [
            "misses": (.load, .miss), "refs": (.load, .access),
        ]
        for (operation, one, many) in operations {
            for word in many {
                table[word] = (operation, .access)
                table["\(word)-refs"] = (operation, .access)
                table["\(word)-misses"] = (operation, .miss)
                table["\(word)-miss"] = (operation, .miss)
            }
            table["\(one)-misses"] = (operation, .miss)
        }
        return table
    }()

    /// Reads a name such as `L1-dcache-load-misses` or `dTLB-stores`, in any case.
    ///
    /// - Returns: nil when it is not a name of a cache event that makes sense.
    package init?(name: String) {
        let lower = name.lowercased()
        for (cache, words) in Self.cacheWords {
            for word in words.lazy.map({ $0.lowercased() }) where lower.hasPrefix(word) {
                let rest = lower.dropFirst(word.count)
                guard rest.first == "-" else { continue }
                guard let (operation, outcome) = Self.endings[String(rest.dropFirst())] else {
                    continue
                }
                self.init(cache, operation, outcome)
                guard isMeaningful else { return nil }
                return
            }
        }
        return nil
    }

    /// The name that `perf list` prints.
    package var name: String {
        let cacheWord = Self.cacheWords.first { $0.0 == cache }?.1.first ?? ""
        let (one, many) =
            switch operation {
            case .load: ("load", "loads")
            case .store: ("store", "stores")
            case .prefetch: ("prefetch", "prefetches")
            }
        return outcome == .miss ? "\(cacheWord)-\(one)-misses" : "\(cacheWord)-\(many)"
    }

    /// One line for listings.
    package var text: String {
        let place =
            switch cache {
            case .l1Data: "first-level data cache"
            case .l1Instruction: "first-level instruction cache"
            case .lastLevel: "last-level cache"
            case .dataTLB: "translation of data addresses"
            case .instructionTLB: "translation of instruction addresses"
            case .branch: "branch prediction"
            case .node: "memory of the own node"
            }
        let deed =
            switch operation {
            case .load: "loads"
            case .store: "stores"
            case .prefetch: "prefetches"
            }
        return outcome == .miss ? "\(place): \(deed) that missed" : "\(place): \(deed)"
    }

    /// Every combination that makes sense, in the kernel's order.
    package static let all: [CacheEvent] = Cache.allCases.flatMap { cache in
        Operation.allCases.flatMap { operation in
            Outcome.allCases.map { CacheEvent(cache, operation, $0) }
        }
    }.filter(\.isMeaningful)
}
