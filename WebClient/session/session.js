import { Link } from '../protocol/link.js';
import { inWords } from '../protocol/errors.js';
import { mayModerate, rank, roomTitle } from '../state/rooms.js';
import { Account } from './account.js';
import { History } from './history.js';
import { Outbox } from './outbox.js';
import { Reading } from './reading.js';
import { Rooms } from './rooms.js';
import { credential, position } from './saved.js';

/** The least time between two typing notices, in milliseconds; the server drops more than one in four seconds. */
const TYPING_EVERY_MS = 4500;

const WANT = ['seq', 'ack', 'page', 'who', 'edit', 'read'];

/** How often a request that came too fast is tried again before its asker is told. */
const TRIES = 4;

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * The conversation with the server: what the page says, what it makes of what it hears, and the parts that do the
 * rest (`account`, `rooms`, `history`, `outbox`, `reading`).
 */
export class Session {
    /** The room whose newest message is in sight, as the log says; null when another part of it is. */
    watching = null;

    /** Told of each new message of somebody else: `(room, message payload)`. */
    onNews = null;

    #typingTold = { room: null, at: 0, isShown: false };
    #resumeID = null;
    /** Why the server refused the last hello, in words. */
    #refusal = null;
    #noticeCount = 0;

    /** @param {object} store @param {string} url The WebSocket address. */
    constructor(store, url) {
        this.store = store;
        this.link = new Link({
            url,
            hello: () => this.#hello(),
            onFrame: (frame) => this.#onFrame(frame),
            onPhase: (link) => this.#onPhase(link),
        });
        this.account = new Account(this);
        this.rooms = new Rooms(this);
        const request = (type, payload, options) => this.request(type, payload, options);
        this.history = new History(store, request);
        this.outbox = new Outbox(store, request);
        this.reading = new Reading(store, request);
    }

    get state() {
        return this.store.state;
    }

    // MARK: The link

    /** A request that waits and tries again when the server finds it too fast. */
    async request(type, payload, options = {}) {
        for (let attempt = 1; ; attempt += 1) {
            try {
                return await this.link.request(type, payload, options);
            } catch (error) {
                if (error.code !== 'rate_limited' || attempt === TRIES) throw error;
                await wait((error.retryAfterMs ?? 1000) + 50);
            }
        }
    }

    /** Runs something that may be refused, and tells the user if it is. @returns {Promise<boolean>} */
    async attempt(work) {
        try {
            await work();
            return true;
        } catch (error) {
            this.notify(inWords(error), 'error');
            return false;
        }
    }

    notify(text, kind = 'info') {
        this.#noticeCount += 1;
        this.store.dispatch({ type: 'notice', notice: { id: this.#noticeCount, text, kind } });
    }

    dismissNotice(id) {
        this.store.dispatch({ type: 'notice_gone', id });
    }

    /** Remembers where each room stands, so that a reload takes up from there. */
    savePosition() {
        const { me, rooms } = this.state;
        if (!me) return;
        const live = Object.values(rooms).filter((room) => room.live && room.epoch !== null);
        const stands = Object.fromEntries(live.map(({ id, epoch, seq }) => [id, { epoch, seq }]));
        position.set({ user: me.username, session: this.#resumeID, rooms: stands });
    }

    #hello() {
        if (this.state.me) this.savePosition();
        const known = credential.get();
        const stands = position.get();
        const ext = { v: 1, want: WANT };
        if (stands) ext.resume = { session: stands.session, rooms: stands.rooms };
        return { payload: { token: known?.token ?? null }, ext };
    }

    #onPhase(link) {
        this.store.dispatch({ type: 'link', link });
        if (link.end !== 'signed_out' && link.end !== 'banned') return;
        const why = this.#refusal ?? (link.end === 'banned' ? 'You are banned from this server.'
            : 'Your session has ended. Please log in again.');
        this.#resumeID = null;
        this.account.leave();
        this.notify(why, 'error');
    }

    #onFrame(frame) {
        const before = this.state;
        this.store.dispatch({ type: 'frame', frame, now: Date.now() });
        switch (frame.type) {
            case 'hello': this.#onHello(frame.payload); break;
            case 'error': this.#onError(frame); break;
            case 'chat_send': this.#onMessage(before, frame); break;
            case 'channel_joined': this.outbox.flush(frame.payload.channel_id); break;
            case 'chat_kick': case 'chat_ban': this.#onRemoved(before, frame); break;
            case 'member_update': this.#onMembership(frame.payload); break;
            case 'room_deleted': this.#onDeleted(before, frame.payload); break;
            default:
        }
        if (before.current !== null && this.state.current === null) this.rooms.fallBack(before.current);
        if (this.state.timelines !== before.timelines) this.#healCurrent();
    }

    #onHello(payload) {
        this.#refusal = null;
        this.#resumeID = payload.ext?.session ?? null;
        this.account.welcomed(payload);
        this.reading.forget();
        this.outbox.restore();
        this.outbox.flushAll();
        this.rooms.begin();
    }

    #onMessage(before, { seq, payload }) {
        const { channel_id: id, sender } = payload;
        const known = before.rooms[id];
        if (!known || seq <= known.counted || sender?.username === this.state.me?.username) return;
        if (id === this.state.current && !document.hasFocus() && known.lineAt === null) {
            this.store.dispatch({ type: 'line', room: id, at: known.read });
        }
        if (this.watching === id && id === this.state.current) this.reading.sawLatest(id, seq);
        this.onNews?.(this.state.rooms[id], payload);
    }

    /** Only what nobody asked for is told here; an asker tells the refusal of his own request. */
    #onError({ ref, payload }) {
        const words = inWords({ message: payload.detail, ...payload });
        if (!this.link.isOpen) this.#refusal = words;
        else if (ref === undefined && payload.ref === undefined) this.notify(words, 'error');
    }

    #onRemoved(before, { type, payload }) {
        if (payload.target !== this.state.me?.username || !before.rooms[payload.channel_id]) return;
        const why = payload.reason ? ` Reason: ${payload.reason}` : '';
        this.notify(`You were ${type === 'chat_ban' ? 'banned' : 'removed'} from this room.${why}`, 'error');
    }

    #onMembership({ channel_id: id, user, status, action }) {
        if ((user?.username ?? user) !== this.state.me?.username) {
            if (action === 'requested' && this.state.rooms[id]) this.#onRequest(this.state.rooms[id], user);
            return;
        }
        if (action === 'rejected') this.notify('Your request to join was refused.');
        if (status !== 'active' || this.state.rooms[id]?.live !== false) return;
        if (id === this.state.current) this.rooms.open(id);
        else this.rooms.join(id).catch(() => {});
    }

    /** In a private room any member lets people in, in a strict one its moderators. */
    #onRequest(room, user) {
        const mayAccept = room.access === 'private' ? rank(room.role) > 0 : mayModerate(room, this.state.me);
        if (mayAccept) this.notify(`${user.display_name ?? user.username} asks to join ${roomTitle(room)}.`);
    }

    #onDeleted(before, { channel_id: id }) {
        if (before.rooms[id]) this.notify('This room was deleted.');
    }

    #healCurrent() {
        const { current, timelines } = this.state;
        const timeline = timelines[current];
        if (timeline?.loaded && !timeline.stale) return;
        if (this.state.rooms[current]?.live) this.history.open(current).catch(() => {});
    }

    // MARK: Talking

    async send(room, text, replyTo) {
        // The message itself ends the typing for those who see it.
        this.#typingTold.isShown = false;
        this.store.dispatch({ type: 'line', room, at: null });
        if (this.state.timelines[room]?.after) await this.history.latest(room).catch(() => {});
        this.outbox.send(room, text, replyTo);
    }

    edit(room, message, content) {
        return this.attempt(() => this.request('chat_edit', { channel_id: room, message_id: message, content }));
    }

    remove(room, message) {
        return this.attempt(() => this.request('chat_delete', { channel_id: room, message_id: message }));
    }

    react(room, message, emote) {
        return this.attempt(() => this.request('chat_react', { channel_id: room, message_id: message, emote }));
    }

    /** Everybody who reacted with an emote; for a list that is longer than what came with the message. */
    async reactors(room, message, emote) {
        const { payload } = await this.request('reaction_list', { channel_id: room, message_id: message, emote });
        return (payload.users ?? []).map((user) => user.username);
    }

    /** Says that one is typing, or has stopped, as often as it is worth saying. */
    typing(room, isTyping) {
        const told = this.#typingTold;
        if (!isTyping) {
            const isShown = told.room === room && told.isShown;
            if (isShown) this.link.tell('chat_typing', { channel_id: room, state: 'stopped' });
            told.isShown = false;
        } else if (told.room !== room || Date.now() - told.at > TYPING_EVERY_MS) {
            this.link.tell('chat_typing', { channel_id: room, state: 'typing' });
            this.#typingTold = { room, at: Date.now(), isShown: true };
        }
    }

    /** Takes the unread line away and counts everything as read. */
    markRead(id) {
        const newest = this.state.timelines[id]?.items.at(-1);
        this.store.dispatch({ type: 'line', room: id, at: null });
        if (newest) this.reading.sawLatest(id, Math.max(newest.seq, this.state.rooms[id]?.seq ?? 0));
    }
}
