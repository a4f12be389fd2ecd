import NIOCore

extension WebSocketConnection {
    /// The most that is handed to the channel at once when the socket does not take more.
    private static let chunkBytes = 65_536
    /// Frames of at least this size are sent from where they are; smaller ones are gathered.
    private static let largeFrame = 16_384

    private enum Progress {
        case emptied
        case blocked
        case broken
    }

    /// Sends what is queued, as far as the socket takes it. The rest follows by itself when there is room.
    package func flush() {
        guard phase != .dead, !queue.isEmpty, !queue.hasChunkInFlight, sendDepth == 0 else {
            finishIfSent()
            return
        }
        sendDepth += 1
        repeat {
            if descriptor >= 0, sendDirectly() == .broken { break }
            if !queue.isEmpty { writeThroughChannel() }
        } while phase != .dead && !queue.isEmpty && !queue.hasChunkInFlight
        sendDepth -= 1
        finishIfSent()
    }

    private func sendDirectly() -> Progress {
        while !queue.isEmpty {
            let offered: Int
            let outcome: DirectSender.Outcome
            if let frame = queue.singleWrite(large: Self.largeFrame) {
                offered = frame.readableBytes
                outcome = frame.withUnsafeReadableBytes { DirectSender.send($0, to: descriptor) }
            } else {
                offered = queue.copyFront(to: loop.gather)
                outcome = DirectSender.send(UnsafeRawBufferPointer(rebasing: loop.gather[..<offered]), to: descriptor)
            }
            switch outcome {
            case .sent(let count):
                queue.consume(count)
                loop.counters.sent(count)
                if count < offered { return .blocked }
            case .wouldBlock:
                return .blocked
            case .failed:
                giveUp()
                return .broken
            }
        }
        return .emptied
    }

    /// The socket is broken. Marked here, closed in a later turn: the caller may be delivering to many connections.
    private func giveUp() {
        descriptor = -1
        queue.removeAll()
        phase = .dead
        isHardCloseScheduled = false
        scheduleHardClose()
    }

    private func writeThroughChannel() {
        guard let context, let chunk = queue.takeChunk(upTo: Self.chunkBytes) else {
            queue.removeAll()
            return
        }
        let count = chunk.readableBytes
        let written = eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [self] result in
            chunkCompleted(result, count: count)
        }
        context.writeAndFlush(wrapOutboundOut(chunk), promise: written)
    }

    private func chunkCompleted(_ result: Result<Void, any Error>, count: Int) {
        queue.chunkWritten()
        guard phase != .dead else { return }
        guard case .success = result else {
            // The channel closes itself after a failed write; the descriptor may be reused before we hear of it.
            giveUp()
            return
        }
        loop.counters.sent(count)
        // Within flush() the loop there goes on; else the socket had been full and has room again.
        guard sendDepth == 0 else { return }
        flush()
        if phase == .open, queue.isEmpty, !queue.hasChunkInFlight { handler?.outboundDrained() }
    }
}
