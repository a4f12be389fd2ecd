import { PAGE, readMessage } from '../state/timeline.js';

const REFRESH_PAGE = 200;

/** Whether the unread line lies before what the newest page would show. */
function isFarBack(room) {
    return room.lineAt !== null && room.unread > PAGE - 10;
}

/**
 * Moves the windows onto the rooms' histories. One movement per room at a time; a second wish while one is under way
 * is dropped, for the view asks again as long as it needs more.
 */
export class History {
    #busy = new Set();

    /**
     * @param {object} store
     * @param {(type: string, payload: object) => Promise<object>} request
     */
    constructor(store, request) {
        this.store = store;
        this.request = request;
    }

    isBusy(room) {
        return this.#busy.has(room);
    }

    /** Brings a room that is being opened on the page: around its unread line if it is far back, else the newest. */
    open(room) {
        return this.#alone(room, async () => {
            const { timelines, rooms } = this.store.state;
            const known = timelines[room];
            if (known?.loaded && !known.stale) return;
            if (known?.loaded) await this.#refresh(room, known);
            else if (isFarBack(rooms[room])) await this.#around(room, rooms[room].read);
            else await this.#latest(room);
        });
    }

    older(room) {
        return this.#alone(room, async () => {
            const first = this.store.state.timelines[room]?.items[0];
            if (!first) return;
            const page = await this.#page(room, { before: first.seq }, PAGE);
            this.store.dispatch({ type: 'older', room, messages: page.messages, more: page.has_more_before });
        });
    }

    newer(room) {
        return this.#alone(room, async () => {
            const last = this.store.state.timelines[room]?.items.at(-1);
            if (!last) return;
            const page = await this.#page(room, { after: last.seq }, PAGE);
            this.store.dispatch({ type: 'newer', room, messages: page.messages, more: page.has_more_after });
        });
    }

    latest(room) {
        return this.#alone(room, () => this.#latest(room));
    }

    /** Shows a message with what was said around it. */
    around(room, anchor) {
        return this.#alone(room, () => this.#around(room, anchor));
    }

    #latest(room) {
        return this.#replace(room, {});
    }

    #around(room, anchor) {
        return this.#replace(room, { around: anchor });
    }

    async #replace(room, from) {
        const askedAt = this.store.state.rooms[room].seq;
        const page = await this.#page(room, from, PAGE);
        const { messages, has_more_before: before, has_more_after: after } = page;
        this.store.dispatch({ type: 'page', room, messages, before, after });
        // What happened while the page was on its way found no window to show itself in.
        if (!after && this.store.state.rooms[room]?.seq > askedAt) await this.#catchUp(room, messages[0]?.seq ?? 1);
    }

    async #catchUp(room, first) {
        const page = await this.#page(room, { after: first - 1 }, REFRESH_PAGE);
        this.store.dispatch({ type: 'newer', room, messages: page.messages, more: page.has_more_after });
    }

    /** After missed events: everything from the window's first message on, since old messages may have changed too. */
    async #refresh(room, known) {
        const first = known.items[0];
        if (!first) return this.#latest(room);
        const page = await this.#page(room, { after: first.seq - 1 }, REFRESH_PAGE);
        if (!page.has_more_after) return this.#refreshed(room, page, true);
        const rest = await this.#page(room, { after: page.messages.at(-1).seq }, REFRESH_PAGE);
        return this.#refreshed(room, { messages: [...page.messages, ...rest.messages] }, !rest.has_more_after);
    }

    #refreshed(room, page, complete) {
        this.store.dispatch({ type: 'refreshed', room, messages: page.messages, complete });
    }

    async #page(room, from, limit) {
        const { payload } = await this.request('history_get', { channel_id: room, ...from, limit });
        const messages = (payload.messages ?? []).map((message) => (
            readMessage(message, { ...message, id: message.message_id })));
        return { ...payload, messages };
    }

    async #alone(room, work) {
        if (this.#busy.has(room)) return;
        this.#busy.add(room);
        try {
            await work();
        } finally {
            this.#busy.delete(room);
        }
    }
}
