import { readMessage } from '../state/timeline.js';
import { mentionsIn } from '../state/commands.js';
import { namesKnownIn } from '../state/store.js';
import { inWords } from '../protocol/errors.js';
import { newID } from '../protocol/link.js';
import { unsent } from './saved.js';

/** For how long the server knows a message's id again, in milliseconds; an older one is not sent twice by itself. */
const IDEMPOTENT_MS = 23 * 3600 * 1000;

/**
 * Messages on their way. Each is kept on the device before it is sent and until the server has it; the same id is
 * used for every try, so that a message whose acknowledgement was lost is not written twice. A room's messages go
 * one after the other, in the order in which they were written.
 */
export class Outbox {
    #busy = new Set();

    /**
     * @param {object} store
     * @param {(type: string, payload: object, options: object) => Promise<object>} request
     */
    constructor(store, request) {
        this.store = store;
        this.request = request;
    }

    get #user() {
        return this.store.state.me?.username;
    }

    /** Shows a message at once and sends it as soon as it can be. */
    send(room, text, replyTo = null) {
        const mentions = mentionsIn(text, namesKnownIn(this.store.state, room));
        this.#add({ id: newID(), room, text, replyTo, mentions, at: Date.now() });
        this.flush(room);
    }

    /** Takes up what an earlier page of this user left behind. */
    restore() {
        const known = new Set(this.store.state.outbox.map((entry) => entry.id));
        for (const entry of unsent.all(this.#user)) {
            if (!known.has(entry.id)) this.#add(entry);
        }
    }

    /** Sends everything that waits, in the rooms that can take it. */
    flushAll() {
        for (const room of new Set(this.store.state.outbox.map((entry) => entry.room))) this.flush(room);
    }

    retry(id) {
        const entry = this.#entry(id);
        if (!entry) return;
        this.#set(id, { phase: 'queued', why: null });
        this.flush(entry.room);
    }

    discard(id) {
        unsent.remove(this.#user, id);
        this.store.dispatch({ type: 'outbox_remove', id });
    }

    async flush(room) {
        if (this.#busy.has(room)) return;
        this.#busy.add(room);
        try {
            let entry = this.#next(room);
            while (entry && await this.#sendOne(entry)) entry = this.#next(room);
        } finally {
            this.#busy.delete(room);
        }
    }

    #add({ id, room, text, replyTo, mentions, at }) {
        const isOld = Date.now() - at > IDEMPOTENT_MS;
        unsent.put(this.#user, { id, room, text, replyTo, mentions, at });
        this.store.dispatch({ type: 'outbox_add', entry: {
            id, room, text, replyTo, mentions, at, echo: null,
            phase: isOld ? 'failed' : 'queued', why: isOld ? 'This was written long ago and not sent.' : null,
        } });
    }

    #entry(id) {
        return this.store.state.outbox.find((entry) => entry.id === id);
    }

    #set(id, change) {
        this.store.dispatch({ type: 'outbox_set', id, change });
    }

    #next(room) {
        if (!this.store.state.rooms[room]?.live) return null;
        return this.store.state.outbox.find((entry) => entry.room === room && entry.phase !== 'failed');
    }

    /** @returns {Promise<boolean>} Whether the next one may follow. */
    async #sendOne({ id, room, text, replyTo, mentions }) {
        this.#set(id, { phase: 'sending' });
        const ext = { ...(replyTo && { reply_to: replyTo }), ...(mentions.length > 0 && { mentions }) };
        const user = this.#user;
        try {
            const answer = await this.request('chat_send', { channel_id: room, content: text }, { id, ext });
            unsent.remove(user, id);
            this.store.dispatch({ type: 'acked', id, message: this.#stored(answer, text, replyTo, mentions) });
            return true;
        } catch (error) {
            if (error.code === 'link_lost') {
                this.#set(id, { phase: 'queued', echo: null });
                return false;
            }
            this.#set(id, { phase: 'failed', why: inWords(error), echo: null });
            return true;
        }
    }

    /** The message as the acknowledgement places it, until its broadcast tells the server's own form of it. */
    #stored({ payload, timestamp, seq, id }, text, replyTo, mentions) {
        const content = { sender: this.store.state.me, content: text, reply_to: replyTo, mentions };
        return readMessage(content, { id: payload.message_id ?? id, seq: payload.seq ?? seq, timestamp });
    }
}
