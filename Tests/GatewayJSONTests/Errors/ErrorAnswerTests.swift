import ChatModel
import NetTransport
import Testing

@testable import GatewayJSON

/// The texts are compared by clients, so they are compared here.
struct ErrorAnswerTests {
    @Test(arguments: [
        (FrameFault.badHello, "Invalid HELLO message", "bad_hello"),
        (.malformed, "Invalid message format", "bad_message"),
        (.serverOnly, "Server-only message type", "server_only"),
        (.noSuchRoom, "Channel does not exist.", "no_such_room"),
        (.alreadyAuthenticated, "Already authenticated", "already_authenticated"),
    ])
    func faultsHaveTheirTexts(fault: FrameFault, detail: String, code: String) {
        let answer = ErrorAnswer(FrameError(fault: fault, ref: "r"))
        #expect(answer == ErrorAnswer(detail: detail, code: code, ref: "r"))
    }

    @Test(arguments: [
        (ChatError.Code.noSuchRoom, FrameType.chatSend, "Channel does not exist."),
        (.notMember, .chatSend, "You must join the channel first"),
        (.muted, .chatTyping, "You are muted in this channel."),
        (.forbidden, .chatKick, "You don't have permission to run this command."),
        (.noSuchMessage, .chatReact, "You can't react to this message"),
        (.noSuchMessage, .chatEdit, "No such message."),
        (.internal, .chatSend, "Failed to send message"),
        (.unavailable, .chatSend, "Failed to send message"),
        (.internal, .chatReact, "Failed to react to message"),
        (.internal, .chatKick, "Failed to kick user"),
        (.internal, .chatMute, "Failed to mute user"),
        (.internal, .chatUnmute, "Failed to unmute user"),
        (.internal, .channelJoin, "Error trying to join the channel."),
        (.internal, .channelLeave, "Error leaving the channel. Try again."),
        (.rateLimited, .chatSend, "Too many messages. Slow down."),
        (.banned, .channelJoin, "You are banned from this channel."),
        (.inviteRequired, .channelJoin, "This channel is by invitation only."),
        (.noSuchTarget, .chatKick, "No such user in this channel."),
        (.emptyMessage, .chatSend, "Invalid message format"),
        (.messageTooLong, .chatSend, "Invalid message format"),
        (.authExpired, .hello, "Authentication failed"),
        (.authInvalid, .hello, "Authentication failed"),
        (.pending, .channelJoin, "Your request to join is waiting for approval."),
    ])
    func errorsOfTheCoreHaveTheirTexts(code: ChatError.Code, type: FrameType, detail: String) {
        let answer = ErrorAnswer(ChatError(code), answering: type, ref: nil)
        #expect(answer.detail == detail)
        #expect(answer.code == code.rawValue)
    }

    @Test func whatTheOperatorReadsIsNeverTold() {
        let error = ChatError(
            .internal, detail: "disk on fire", retryAfterMilliseconds: 3, until: Sample.time, reason: "r")
        let answer = ErrorAnswer(error, answering: .chatSend, ref: nil)
        #expect(answer.detail == "Failed to send message")
        #expect(answer.retryAfterMilliseconds == 3)
        #expect(answer.until == Sample.time)
        #expect(answer.reason == "r")
    }

    @Test(arguments: [
        (ChatError.Code.authInvalid, 4401), (.authExpired, 4401), (.accountDisabled, 4403), (.guestUnavailable, 4503),
        (.unavailable, 4503), (.rateLimited, 4429),
    ])
    func aRefusedHelloHasItsCloseCode(code: ChatError.Code, close: Int) {
        #expect(CloseCode(refusedHello: code).rawValue == UInt16(close))
    }

    @Test func onlyAGoodbyeOrOurOwnRefusalIsFinal() {
        for code in [1000, 1003, 4400, 4401, 4403, 4408, 4409, 4429, 4503] as [UInt16] {
            #expect(CloseCode.isFinal(.init(rawValue: code)), "\(code)")
        }
        for code in [1001, 1005, 1006, 1009, 1011, 1013, 4000] as [UInt16] {
            #expect(!CloseCode.isFinal(.init(rawValue: code)), "\(code)")
        }
    }
}
