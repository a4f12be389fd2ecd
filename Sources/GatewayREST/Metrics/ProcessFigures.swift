import Glibc

/// What the kernel knows of this process (proc(5)).
struct ProcessFigures {
    private(set) var residentBytes: UInt64 = 0
    private(set) var virtualBytes: UInt64 = 0
    private(set) var cpuSeconds = 0.0
    private(set) var openDescriptors = 0
    private(set) var maxDescriptors: UInt64 = 0

    init() {
        let page = UInt64(clamping: sysconf(Int32(_SC_PAGESIZE)))
        let pages = Self.contents(of: "/proc/self/statm").split(separator: " ").prefix(2).compactMap { UInt64($0) }
        if pages.count == 2 {
            self.virtualBytes = pages[0] &* page
            self.residentBytes = pages[1] &* page
        }
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            self.cpuSeconds = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
        }
        self.openDescriptors = Self.entries(of: "/proc/self/fd")
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            self.maxDescriptors = UInt64(limit.rlim_cur)
        }
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }

    private static func contents(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// Without `.` and `..`, and without the descriptor that reads the directory.
    private static func entries(of path: String) -> Int {
        guard let directory = opendir(path) else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        return max(0, count - 3)
    }
}
