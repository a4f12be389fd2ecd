import Glibc

/// Asks the running node over HTTP. Blocking, with five seconds for each step; for the command line.
struct NodeClient {
    struct Answer {
        let status: Int
        let body: String
    }

    private static let maxAnswerBytes = 1_048_576
    private static let timeoutSeconds = 5

    let node: NodeFile

    /// nil when nobody answers there.
    func call(_ method: String, _ path: String, bearer: String? = nil) -> Answer? {
        guard let descriptor = self.connect() else { return nil }
        defer { close(descriptor) }
        var request = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n"
        if let bearer { request += "Authorization: Bearer \(bearer)\r\n" }
        Descriptor.write(request + "\r\n", to: descriptor)
        return Self.parse(Self.read(descriptor))
    }

    private func connect() -> CInt? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(self.node.reachableHost, String(self.node.port), &hints, &list) == 0, let list else {
            return nil
        }
        defer { freeaddrinfo(list) }
        let info = list.pointee
        let descriptor = socket(info.ai_family, info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), info.ai_protocol)
        guard descriptor >= 0 else { return nil }
        var timeout = timeval(tv_sec: Self.timeoutSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, size)
        guard Glibc.connect(descriptor, info.ai_addr, info.ai_addrlen) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func read(_ descriptor: CInt) -> [UInt8] {
        var answer: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 16_384)
        while answer.count < self.maxAnswerBytes {
            let count = recv(descriptor, &block, block.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            answer.append(contentsOf: block.prefix(count))
        }
        return answer
    }

    /// Status and body. Our own server answers these calls with a length, never in chunks.
    static func parse(_ bytes: [UInt8]) -> Answer? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let words = text[..<end.lowerBound].prefix { !$0.isNewline }.split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else { return nil }
        return Answer(status: status, body: String(text[end.upperBound...]))
    }
}
