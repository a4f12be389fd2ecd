import ChatModel
import GatewayPhoenix
import NIOCore

extension SettingTable {
    static let protocolPhoenix: [Setting] = [
        Setting(
            "phoenix.channels_per_socket", \.phoenix.channelsPerSocket, in: 1...10_000,
            "Channels that one socket may have joined"),
        Setting(
            "phoenix.max_message_bytes", \.phoenixMessageBytes, in: 1024...16_777_216,
            "Bytes of one message from a client; more closes with 1009"),
        Setting(
            "phoenix.push_rate", \.phoenix.pushRate.perSecond, in: 0...1_000_000,
            "Messages per second and socket, steadily; who sends faster is read from more slowly; 0 for no bound"),
        Setting(
            "phoenix.push_burst", \.phoenix.pushRate.burst, in: 0...1_000_000,
            "Messages that a socket may send at once"),
        Setting(
            "phoenix.idle_timeout_s", \.phoenix.idleTimeout.wholeSeconds, in: 1...86_400,
            "Seconds that a client may send nothing, not even a heartbeat"),
        Setting("phoenix.longpoll", \.phoenix.isLongPollEnabled, "Whether /socket/longpoll is served"),
        Setting(
            "phoenix.longpoll_window_s", \.phoenix.longPollWindow.wholeSeconds, in: 1...60,
            "Seconds that a long poll waits for something to tell"),
        Setting(
            "phoenix.request_event", \.phoenix.requestEvent, "Event of PhoenixGenApi's requests and results"
        ) { (event) throws(SettingProblem) in
            guard (1...64).contains(event.utf8.count), !event.hasPrefix("phx_") else {
                throw SettingProblem(
                    message: "'\(event)' cannot be the name of this event",
                    hint: "Write 1 to 64 bytes that do not begin with phx_.")
            }
        },
        Setting("phoenix.services", \.phoenix.services, "Services under which PhoenixGenApi's relay is called"),
    ]
}
