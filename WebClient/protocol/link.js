import { ANSWER_MS, OFFLINE_MS, PROBE_AFTER_MS, closeMeaning, delayBeforeAttempt } from './policy.js';
import { ChatError, LinkLost } from './errors.js';

/** A random UUID, version 4; also where `crypto.randomUUID` is missing because the page came over plain HTTP. */
export function newID() {
    if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * One conversation with the server over as many sockets as it takes.
 *
 * A link is `idle`, `connecting` (also while the hello is under way), `open`, `waiting` for its next attempt, or
 * `ended` for a reason that makes coming back wrong. It knows frames, not chat: what to say hello with and what the
 * frames mean is its owner's.
 */
export class Link {
    #socket = null;
    #pending = new Map();
    #timer = null;
    #probe = null;
    #heardAt = 0;
    #attempt = 0;
    #lostAt = null;
    #doubtedAt = null;
    #phase = 'idle';

    /**
     * @param {object} owner
     * @param {string} owner.url The WebSocket address.
     * @param {() => { payload: object, ext: object }} owner.hello What to introduce ourselves with, asked each time.
     * @param {(frame: object) => void} owner.onFrame Every frame of the server, in order, answers included.
     * @param {(state: { phase: string, lostAt: number | null, retryAt: number | null, end: string | null }) => void}
     *     owner.onPhase
     */
    constructor(owner) {
        this.owner = owner;
    }

    get isOpen() {
        return this.#phase === 'open';
    }

    /** Connects; does nothing on a link that is on its way already. */
    start() {
        if (this.#phase === 'idle' || this.#phase === 'ended') this.#connect();
    }

    /** Closes for good, until `start`. */
    stop() {
        this.#release(1000);
        this.#attempt = 0;
        this.#lostAt = null;
        this.#enter('idle');
    }

    /** Tries at once instead of waiting; on an open link it asks whether the other side is still there. */
    nudge() {
        if (this.#phase === 'waiting') this.#connect();
        else if (this.#phase === 'open') this.#ping(5000);
    }

    /** The browser says that it is offline, which may be wrong: the other side has a moment to show itself. */
    doubt() {
        if (this.#phase !== 'open') return;
        this.#doubtedAt = Date.now();
        this.#ping(OFFLINE_MS);
    }

    /**
     * Sends a frame and waits for its answer: an `ack`, or the frame that its type is answered with.
     *
     * @param {string} type
     * @param {object} payload
     * @param {object} options
     * @param {string} options.id A repeated `id` is the same act for the server.
     * @param {object | null} options.ext What goes beside the payload.
     * @param {number} options.timeoutMs
     * @returns {Promise<object>} The answering frame.
     * @throws {ChatError} What the server refused.
     * @throws {LinkLost} No answer came; safe to repeat with the same `id`.
     */
    request(type, payload, { id = newID(), ext = null, timeoutMs = ANSWER_MS } = {}) {
        if (!this.isOpen) return Promise.reject(new LinkLost());
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => this.#unanswered(id, timeoutMs), timeoutMs);
            this.#pending.set(id, { resolve, reject, timer });
            this.#write({ type, id, payload, ...(ext && { ext }) });
        });
    }

    /** Sends a frame whose fate does not matter, such as a typing notice. */
    tell(type, payload) {
        if (this.isOpen) this.#write({ type, id: newID(), payload });
    }

    #connect() {
        clearTimeout(this.#timer);
        this.#enter('connecting');
        const socket = new WebSocket(this.owner.url);
        this.#socket = socket;
        this.#timer = setTimeout(() => this.#lose(1006), ANSWER_MS);
        socket.onopen = () => this.#write({ type: 'hello', id: newID(), ...this.owner.hello() });
        socket.onmessage = (event) => this.#receive(event.data);
        socket.onclose = (event) => this.#lose(event.code);
    }

    #write(frame) {
        this.#socket.send(JSON.stringify(frame));
    }

    #receive(data) {
        this.#heardAt = Date.now();
        this.#doubtedAt = null;
        let frame;
        try {
            frame = JSON.parse(data);
        } catch {
            return;
        }
        if (typeof frame?.type !== 'string' || typeof frame.payload !== 'object' || frame.payload === null) return;
        if (frame.type === 'hello' && this.#phase === 'connecting') this.#opened();
        this.owner.onFrame(frame);
        this.#settle(frame);
    }

    #opened() {
        clearTimeout(this.#timer);
        this.#attempt = 0;
        this.#lostAt = null;
        this.#probe = setInterval(() => {
            const silence = Date.now() - this.#heardAt;
            // Something may still have come in when the browser went offline; from then on silence says more.
            if (!navigator.onLine && silence > OFFLINE_MS) this.#ping(OFFLINE_MS);
            else if (silence > PROBE_AFTER_MS) this.#ping(ANSWER_MS);
        }, 5000);
        this.#enter('open');
    }

    /** A server that says other things is there: then one answer is missing, not the link. */
    #unanswered(id, timeoutMs) {
        if (Date.now() - this.#heardAt >= timeoutMs) return this.#lose(1006);
        const waiting = this.#pending.get(id);
        this.#pending.delete(id);
        waiting?.reject(new ChatError({ code: 'no_answer', detail: 'The server did not answer. Try again.' }));
    }

    #settle(frame) {
        const id = frame.ref ?? frame.payload.ref;
        const waiting = this.#pending.get(id);
        if (!waiting) return;
        this.#pending.delete(id);
        clearTimeout(waiting.timer);
        if (frame.type === 'error') waiting.reject(new ChatError(frame.payload));
        else waiting.resolve(frame);
    }

    #ping(timeoutMs) {
        // Anything that is answered will do; a refusal is an answer too.
        this.request('presence_get', { usernames: [] }, { timeoutMs }).catch(() => {});
    }

    #lose(code) {
        if (!this.#socket) return;
        this.#release(code === 1006 ? 4000 : 1000);
        const { end, floorMs } = closeMeaning(code);
        if (end) return this.#enter('ended', { end });
        // A loss that was foreseen counts from then, so that it is not told later than any other.
        this.#lostAt ??= this.#doubtedAt ?? Date.now();
        const delay = delayBeforeAttempt(this.#attempt, floorMs);
        this.#attempt += 1;
        this.#timer = setTimeout(() => this.#connect(), delay);
        this.#enter('waiting', { retryAt: Date.now() + delay });
    }

    /** Lets go of the socket without waiting for its goodbye, which a dead peer never sends. */
    #release(code) {
        clearTimeout(this.#timer);
        clearInterval(this.#probe);
        const socket = this.#socket;
        this.#socket = null;
        if (socket) {
            socket.onopen = socket.onmessage = socket.onclose = null;
            socket.close(code);
        }
        const waiting = [...this.#pending.values()];
        this.#pending.clear();
        for (const { reject, timer } of waiting) {
            clearTimeout(timer);
            reject(new LinkLost());
        }
    }

    #enter(phase, { retryAt = null, end = null } = {}) {
        this.#phase = phase;
        this.owner.onPhase({ phase, lostAt: this.#lostAt, retryAt, end });
    }
}
