/** The least time between two read marks of one room, in milliseconds; the first of a row goes at once. */
const MARK_EVERY_MS = 1500;

/** Says what has been read, when it really was on a page that somebody looks at. */
export class Reading {
    #resting = new Set();
    #told = {};

    constructor(store, request) {
        this.store = store;
        this.request = request;
    }

    /**
     * The newest message of the room is in sight. Counts only while the page is visible and has the focus.
     *
     * @param {number} room
     * @param {number} seq The message's position.
     */
    sawLatest(room, seq) {
        const known = this.store.state.rooms[room];
        if (!known?.live || document.visibilityState !== 'visible' || !document.hasFocus()) return;
        if (known.read >= seq && known.unread === 0 && known.mentions === 0) return;
        this.store.dispatch({ type: 'read', room, seq });
        if (!this.#resting.has(room)) this.#tell(room);
    }

    /** What was told on a connection that broke may not have arrived. */
    forget() {
        this.#told = {};
    }

    async #tell(room) {
        const seq = this.store.state.rooms[room]?.read ?? 0;
        if (seq <= (this.#told[room] ?? 0)) return;
        this.#told[room] = seq;
        this.#resting.add(room);
        setTimeout(() => {
            this.#resting.delete(room);
            this.#tell(room);
        }, MARK_EVERY_MS);
        // A mark that is lost is said again: the next hello tells the server's view of what has been read.
        await this.request('read_mark', { channel_id: room, seq }).catch(() => {});
    }
}
