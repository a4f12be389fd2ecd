import ChatCore
import ChatModel
import NIOCore
import NetTransport

extension JSONConnection {
    func frameReceived(_ payload: ByteBuffer) {
        if self.machine.isClosed { return }
        let frame = Result { () throws(FrameError) in try self.decoder.decode(payload) }
        switch self.machine.frameReceived(frame, bytes: payload.readableBytes, now: .now()) {
        case .execute(let frame): self.execute(frame)
        case .answer(let error): self.answer { $0.append(ErrorAnswer(error), into: &$1) }
        case .pauseReading: self.connection?.pauseReading()
        case .close(let code): self.close(code)
        case .wait, .ignore: return
        }
    }

    private func execute(_ frame: InboundFrame) {
        guard let session = self.session else { return }
        self.service.execute(frame.command, as: session).assumeIsolated().whenComplete { result in
            self.completed(frame, result)
        }
    }

    /// The core has answered. For a join this runs before live events flow, so what is written here precedes them.
    private func completed(_ frame: InboundFrame, _ result: Result<Reply, any Error>) {
        guard self.machine.commandCompleted(frame.pace) else { return }
        switch result {
        case .success(let reply): self.tell(reply, to: frame)
        case .failure(let error):
            let refusal = ErrorAnswer(ChatError(any: error), answering: frame.type, ref: frame.ref)
            self.answer { $0.append(refusal, into: &$1) }
        }
        self.scheduleWhatWaits()
        self.flushWhenDue()
    }

    private func tell(_ reply: Reply, to frame: InboundFrame) {
        // Nearly every message of an old client: its echo is its answer.
        if case .sent(let sent) = reply, !sent.isDuplicate, !self.features.contains(.ack) { return }
        self.answer { $0.append(reply, to: frame, into: &$1) }
    }

    /// Runs the next frames in a later turn of the loop: the core may be in the middle of answering.
    private func scheduleWhatWaits() {
        guard self.machine.hasWaiting, !self.isRunScheduled, let loop = self.connection?.eventLoop else { return }
        self.isRunScheduled = true
        loop.assumeIsolated().execute {
            self.isRunScheduled = false
            self.runWhatWaits()
            self.flushWhenDue()
        }
    }

    /// Runs frames that came while others had to be finished first.
    func runWhatWaits() {
        while let next = self.machine.nextWaiting() {
            switch next {
            case .execute(let frame): self.execute(frame)
            case .answer(let error): self.answer { $0.append(ErrorAnswer(error), into: &$1) }
            }
        }
        if self.machine.readingMayResume() { self.connection?.resumeReading() }
    }
}
