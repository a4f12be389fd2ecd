import ChatCore
import Hummingbird
import NetTransport

/// `/metrics`: what the core, the transport, this gateway and the kernel have counted, for Prometheus.
struct MetricsPage: Sendable {
    let service: ChatService
    let probe: NodeProbe
    let requests: HTTPRequestCounters
    let version: String

    var route: RESTRoute {
        RESTRoute(.get, "/metrics") { _ in
            .text(await self.text, type: "text/plain; version=0.0.4; charset=utf-8")
        }
    }

    private var text: String {
        get async {
            var page = PrometheusText()
            page.metric("parley_info", .gauge, "Version of the server.", by: "version", [(self.version, 1)])
            Self.write(self.service.status(), to: &page)
            Self.write(self.probe.transport(), to: &page)
            page.metric(
                "parley_http_requests_total", .counter, "HTTP requests answered, by class of status.", by: "status",
                self.requests.totals.map { ($0.status, $0.count) })
            if let store = await self.probe.store() { Self.write(store, to: &page) }
            Self.write(ProcessFigures(), to: &page)
            return page.text
        }
    }

    private static func write(_ status: ServiceStatus, to page: inout PrometheusText) {
        page.metric("parley_sessions", .gauge, "Logged-in connections.", status.connections)
        page.metric("parley_guest_sessions", .gauge, "Connections of guests.", status.guests)
        page.metric("parley_rooms_loaded", .gauge, "Rooms in memory.", status.loadedRooms)
        page.metric(
            "parley_append_queue_depth", .gauge, "Events that wait to be stored.", status.appendQueueDepth)
        page.metric("parley_events_stored_total", .counter, "Events stored.", status.appendedTotal)
        page.metric("parley_store_batches_total", .counter, "Transactions that stored events.", status.batchesTotal)
        page.histogram(
            "parley_store_commit_seconds", "Time to store one batch of events.", bounds: DurationHistogram.bounds,
            counts: status.commitDurations.counts, sum: status.commitDurations.sum)
        page.metric(
            "parley_events_delivered_total", .counter, "Events handed to connections.", status.deliveredTotal)
        page.metric(
            "parley_ephemeral_delivered_total", .counter, "Typing and presence notices handed to connections.",
            status.ephemeralTotal)
        page.metric(
            "parley_commands_refused_total", .counter, "Commands refused, by error code.", by: "code",
            status.refusedByCode.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        page.metric(
            "parley_draining", .gauge, "1 while the server is stopping.", status.isDraining ? 1 : 0)
    }

    private static func write(_ counters: ConnectionCounters.Snapshot, to page: inout PrometheusText) {
        page.metric("parley_sockets_open", .gauge, "Open sockets, HTTP and WebSocket.", counters.openSockets)
        page.metric("parley_websockets_open", .gauge, "Open WebSockets.", counters.openWebSockets)
        page.metric("parley_sockets_accepted_total", .counter, "Sockets accepted.", counters.acceptedTotal)
        page.metric(
            "parley_websocket_received_bytes_total", .counter, "Bytes of WebSocket frames received.",
            counters.bytesIn)
        page.metric(
            "parley_websocket_sent_bytes_total", .counter, "Bytes of WebSocket frames sent.", counters.bytesOut)
        page.metric(
            "parley_slow_consumers_closed_total", .counter, "Connections closed because they read too slowly.",
            counters.slowConsumerCloses)
        page.metric("parley_outbound_queue_bytes", .gauge, "Bytes that wait for slow readers.", counters.queueBytes)
    }

    private static func write(_ store: StoreStatistics, to page: inout PrometheusText) {
        page.metric("parley_store_bytes", .gauge, "Size of the store.", store.bytes)
        page.metric("parley_store_rooms", .gauge, "Rooms in the store.", store.rooms)
        page.metric("parley_store_accounts", .gauge, "Accounts in the store.", store.accounts)
        page.metric("parley_store_schema_version", .gauge, "Version of the store's schema.", store.schemaVersion)
    }

    private static func write(_ figures: ProcessFigures, to page: inout PrometheusText) {
        page.metric(
            "process_resident_memory_bytes", .gauge, "Memory of the process in RAM.", figures.residentBytes)
        page.metric("process_virtual_memory_bytes", .gauge, "Address space of the process.", figures.virtualBytes)
        page.metric("process_cpu_seconds_total", .counter, "Processor time, user and system.", figures.cpuSeconds)
        page.metric("process_open_fds", .gauge, "Open file descriptors.", figures.openDescriptors)
        page.metric("process_max_fds", .gauge, "File descriptors that may be open.", figures.maxDescriptors)
    }
}
