internal import CPerfEvent
internal import CPfm
internal import Glibc
internal import Synchronization

/// libpfm4, loaded at run time: the calls that are used here.
///
/// The library keeps one state for the whole process. It is asked to leave out the tables of the
/// kernel's own events, which would make it walk tracefs, and to encode for any CPU model.
final class PfmLibrary: Sendable {
    private typealias Initialize = @convention(c) @Sendable () -> pfm_err_t
    private typealias ErrorText = @convention(c) @Sendable (Int32) -> UnsafePointer<CChar>?
    private typealias PmuInfo =
        @convention(c) @Sendable (
            pfm_pmu_t, UnsafeMutablePointer<pfm_pmu_info_t>
        ) -> pfm_err_t
    private typealias FindEvent = @convention(c) @Sendable (UnsafePointer<CChar>) -> Int32
    private typealias NextEvent = @convention(c) @Sendable (Int32) -> Int32
    private typealias EventInfo =
        @convention(c) @Sendable (
            Int32, pfm_os_t, UnsafeMutablePointer<pfm_event_info_t>
        ) -> pfm_err_t
    private typealias AttributeInfo =
        @convention(c) @Sendable (
            Int32, Int32, pfm_os_t, UnsafeMutablePointer<pfm_event_attr_info_t>
        ) -> pfm_err_t
    private typealias Encode =
        @convention(c) @Sendable (
            UnsafePointer<CChar>, Int32, pfm_os_t, UnsafeMutableRawPointer
        ) -> pfm_err_t

    private let errorText: ErrorText
    private let pmuInfo: PmuInfo
    private let findEvent: FindEvent
    private let nextEvent: NextEvent
    private let eventInfo: EventInfo
    private let attributeInfo: AttributeInfo
    private let encode: Encode

    /// The library does not say that threads may call it at once.
    private static let calls = Mutex<Void>(())

    /// - Parameter path: name or path of the shared library.
    /// - Returns: nil when it cannot be loaded or lacks a call.
    init?(path: String) {
        // Never closed: its strings are handed out, and a process loads it once.
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else { return nil }
        func symbol<Call>(_ name: String, _: Call.Type) -> Call? {
            dlsym(handle, name).map { unsafeBitCast($0, to: Call.self) }
        }
        guard let initialize = symbol("pfm_initialize", Initialize.self),
            let errorText = symbol("pfm_strerror", ErrorText.self),
            let pmuInfo = symbol("pfm_get_pmu_info", PmuInfo.self),
            let findEvent = symbol("pfm_find_event", FindEvent.self),
            let nextEvent = symbol("pfm_get_event_next", NextEvent.self),
            let eventInfo = symbol("pfm_get_event_info", EventInfo.self),
            let attributeInfo = symbol("pfm_get_event_attr_info", AttributeInfo.self),
            let encode = symbol("pfm_get_os_event_encoding", Encode.self)
        else { return nil }
        self.errorText = errorText
        self.pmuInfo = pmuInfo
        self.findEvent = findEvent
        self.nextEvent = nextEvent
        self.eventInfo = eventInfo
        self.attributeInfo = attributeInfo
        self.encode = encode
        let status = Self.calls.withLock { _ in
            setenv("LIBPFM_ENCODE_INACTIVE", "1", 0)
            setenv("LIBPFM_DISABLED_PMUS", "perf,perf_raw", 0)
            return initialize()
        }
        guard status == PFM_SUCCESS else { return nil }
    }

    /// Every table of the library, whether the machine has the PMU or not.
    func models() -> [PfmModel] {
        var models: [PfmModel] = []
        // The library may know more models than the header it was built against.
        for number in 0..<UInt32(4096) {
            var info = pfm_pmu_info_t()
            info.size = MemoryLayout<pfm_pmu_info_t>.size
            let status = pmuInfo(pfm_pmu_t(rawValue: number), &info)
            if status == PFM_ERR_INVAL { break }
            guard status == PFM_SUCCESS, let name = info.name else { continue }
            models.append(
                PfmModel(
                    number: number,
                    name: String(cString: name),
                    isPresent: info.is_present != 0,
                    isCore: info.type == PFM_PMU_TYPE_CORE,
                    firstEvent: info.first_event
                )
            )
        }
        return models
    }

    /// The event of a name, whose attributes must be right; a negative number is the error.
    func find(_ name: String) -> Int32 {
        Self.calls.withLock { _ in findEvent(name) }
    }

    /// Events of a model in the library's order.
    func events(of model: PfmModel) -> some Sequence<PfmEvent> {
        sequence(first: model.firstEvent) { [nextEvent] index in
            let next = Self.calls.withLock { _ in nextEvent(index) }
            return next < 0 ? nil : next
        }
        .lazy.compactMap { self.event($0) }
    }

    func event(_ index: Int32) -> PfmEvent? {
        var info = pfm_event_info_t()
        info.size = MemoryLayout<pfm_event_info_t>.size
        guard index >= 0,
            Self.calls.withLock({ _ in eventInfo(index, PFM_OS_NONE, &info) }) == PFM_SUCCESS,
            let name = info.name
        else { return nil }
        return PfmEvent(
            index: index,
            name: String(cString: name),
            text: info.desc.map { String(cString: $0) } ?? "",
            code: info.code,
            model: info.pmu.rawValue,
            attributeCount: info.nattrs
        )
    }

    /// Unit masks and modifiers of an event; `forPerf` says whether those of the kernel's
    /// interface are among them.
    func attributes(of event: PfmEvent, forPerf: Bool) -> [PfmAttribute] {
        (0..<max(event.attributeCount, 0)).compactMap { number in
            var info = pfm_event_attr_info_t()
            info.size = MemoryLayout<pfm_event_attr_info_t>.size
            let layer = forPerf ? PFM_OS_PERF_EVENT_EXT : PFM_OS_NONE
            let status = Self.calls.withLock { _ in
                attributeInfo(event.index, number, layer, &info)
            }
            guard status == PFM_SUCCESS, let name = info.name else { return nil }
            return PfmAttribute(
                name: String(cString: name),
                text: info.desc.map { String(cString: $0) } ?? "",
                code: info.code,
                isUnitMask: info.type == PFM_ATTR_UMASK
            )
        }
    }

    /// Register images of an event (`PFM_OS_NONE`), user and kernel mode unless the name says
    /// otherwise.
    func registerImages(_ name: String) -> PfmResult<[UInt64]> {
        var codes = [UInt64](repeating: 0, count: 8)
        return codes.withUnsafeMutableBufferPointer { codes in
            var argument = pfm_pmu_encode_arg_t()
            argument.size = MemoryLayout<pfm_pmu_encode_arg_t>.size
            argument.codes = codes.baseAddress
            argument.count = Int32(codes.count)
            let status = Self.calls.withLock { _ in
                encode(name, PFM_PLM0 | PFM_PLM3, PFM_OS_NONE, &argument)
            }
            guard status == PFM_SUCCESS else { return failure(status) }
            return .found(Array(codes.prefix(Int(argument.count))))
        }
    }

    /// What the kernel's interface takes for an event (`PFM_OS_PERF_EVENT_EXT`).
    func kernelAttributes(_ name: String) -> PfmResult<(perf_event_attr, cpu: Int32)> {
        var attributes = perf_event_attr()
        attributes.size = UInt32(MemoryLayout<perf_event_attr>.size)
        var argument = pfm_perf_encode_arg_t()
        argument.size = MemoryLayout<pfm_perf_encode_arg_t>.size
        let status = withUnsafeMutablePointer(to: &attributes) { pointer in
            argument.attr = pointer
            return Self.calls.withLock { _ in
                encode(name, PFM_PLM0 | PFM_PLM3 | PFM_PLMH, PFM_OS_PERF_EVENT_EXT, &argument)
            }
        }
        guard status == PFM_SUCCESS else { return failure(status) }
        return .found((attributes, argument.cpu))
    }

    private func failure<Value>(_ status: pfm_err_t) -> PfmResult<Value> {
        .failed(status, errorText(status).map { String(cString: $0) } ?? "error \(status)")
    }
}

/// What a call of the library came to.
enum PfmResult<Value> {
    case found(Value)
    /// The library's error number and its words for it.
    case failed(Int32, String)
}

/// A table of the library: the events of one model of PMU.
struct PfmModel {
    let number: UInt32
    let name: String
    /// The library believes that this machine has it.
    let isPresent: Bool
    /// The PMU is a CPU's own, and its register images are PERFEVTSEL's.
    let isCore: Bool
    let firstEvent: Int32
}

struct PfmEvent {
    let index: Int32
    let name: String
    let text: String
    /// Event select code.
    let code: UInt64
    /// Number of its model.
    let model: UInt32
    let attributeCount: Int32
}

/// A unit mask of an event, or a modifier.
struct PfmAttribute {
    let name: String
    let text: String
    let code: UInt64
    let isUnitMask: Bool
}
