import { inWords } from '../protocol/errors.js';
import { lastRoom } from './saved.js';

/** The public room that every server has: where somebody without rooms begins. */
const LOBBY = 1;

/** How often to ask whether a request to join was granted, in milliseconds, should the server's word of it be lost. */
const ASK_AGAIN_MS = 30_000;

/** The rooms: which is shown, which are live, and what can be done with them and their members. */
export class Rooms {
    /** The room that the page's address asked for before there was a session, if any. */
    wanted = null;

    #isJoining = false;
    #asking = null;

    /** @param {import('./session.js').Session} session */
    constructor(session) {
        this.session = session;
        this.request = (type, payload, options) => session.request(type, payload, options);
    }

    get state() {
        return this.session.state;
    }

    // MARK: Being in rooms

    /** A connection has begun: shows a room and goes live in all. */
    begin() {
        this.open(this.state.current ?? this.#first());
        this.#joinRest();
        this.discover();
    }

    /** Shows a room, joining it first where that is needed. */
    async open(id) {
        const { store, link } = this.session;
        const isNew = this.state.rooms[id] === undefined;
        store.dispatch({ type: 'open', room: id });
        if (this.state.me) lastRoom.set(this.state.me.username, id);
        if (!link.isOpen) return;
        try {
            const { live, told } = this.state.rooms[id];
            if (!live) await this.join(id);
            // A resumed room brings its events; what it is about and who is there come with a join.
            else if (!told) this.join(id).catch(() => {});
            await this.session.history.open(id);
        } catch (error) {
            this.#refused(id, error, isNew);
        }
    }

    async join(id) {
        const { live, epoch, seq } = this.state.rooms[id] ?? {};
        // On a live room a position would have its events sent a second time.
        const ext = { history: 0, ...(epoch && !live && { epoch, seq }) };
        await this.request('channel_join', { channel_id: id }, { ext });
        this.session.outbox.flush(id);
    }

    leave(id) {
        return this.session.attempt(async () => {
            await this.request('channel_leave', { channel_id: id });
            const wasShown = this.state.current === id;
            this.session.store.dispatch({ type: 'leave', room: id });
            if (wasShown) this.fallBack(id);
            this.discover();
        });
    }

    /** The room that was shown is gone: shows the lobby, unless that was it or there is none. */
    fallBack(gone) {
        const { rooms, discover } = this.state;
        const hasLobby = rooms[LOBBY] || discover.some((room) => room.channel_id === LOBBY);
        if (gone !== LOBBY && hasLobby) this.open(LOBBY);
    }

    /** The room that the address names, that was looked at last, any of one's own, or the lobby. */
    #first() {
        const { rooms, me } = this.state;
        const last = lastRoom.get(me.username);
        const { wanted } = this;
        this.wanted = null;
        return wanted ?? (rooms[last] ? last : Number(Object.keys(rooms)[0] ?? LOBBY));
    }

    #refused(id, error, isNew) {
        if (error.code === 'link_lost') return;
        if (error.code === 'pending') return this.#wait(id, isNew);
        if (isNew || !this.state.rooms[id]?.role) this.session.store.dispatch({ type: 'leave', room: id });
        this.session.notify(inWords(error), 'error');
    }

    /** The server tells when a request is granted; asking again now and then is for a word that was lost. */
    #wait(id, isNew) {
        this.session.store.dispatch({ type: 'not_live', room: id, status: 'pending' });
        if (isNew) this.session.notify('Your request to join is waiting for approval.');
        clearTimeout(this.#asking);
        this.#asking = setTimeout(() => {
            const room = this.state.rooms[id];
            if (room?.status === 'pending' && this.state.current === id) this.open(id);
        }, ASK_AGAIN_MS);
    }

    /** Goes live in all other rooms, at the pace that the server allows, so that their counts move. */
    async #joinRest() {
        if (this.#isJoining) return;
        this.#isJoining = true;
        for (const id of Object.keys(this.state.rooms).map(Number)) {
            if (!this.session.link.isOpen) break;
            // A room that refuses says so when it is opened.
            if (this.#wantsJoin(id)) await this.join(id).catch(() => {});
        }
        this.#isJoining = false;
    }

    #wantsJoin(id) {
        const room = this.state.rooms[id];
        return room && !room.live && id !== this.state.current && ['active', 'muted'].includes(room.status);
    }

    // MARK: Finding, making, changing

    /** A page of the public rooms and one's own. */
    async list(query, cursor = null) {
        const { payload } = await this.request('room_list', {
            limit: 50, ...(query && { query }), ...(cursor && { cursor }),
        });
        return { rooms: payload.rooms ?? [], next: payload.next ?? null };
    }

    /** Looks for public rooms to suggest. */
    async discover() {
        const found = await this.list('').catch(() => null);
        if (found) this.session.store.dispatch({ type: 'discover', rooms: found.rooms });
    }

    /** @param {{ title: string, topic?: string, kind: string, access: string }} fields */
    async create(fields) {
        const { payload } = await this.request('room_create', fields);
        await this.open(payload.room.channel_id);
    }

    update(id, fields) {
        return this.request('room_update', { channel_id: id, ...fields });
    }

    remove(id) {
        return this.session.attempt(() => this.request('room_delete', { channel_id: id }));
    }

    // MARK: Members

    /** Loads the members of a room: the first page, or the one after those that are known. */
    async loadMembers(id, { more = false } = {}) {
        const cursor = more ? this.state.rooms[id]?.membersNext : null;
        const { payload } = await this.request('member_list', {
            channel_id: id, limit: 100, ...(cursor && { cursor }),
        });
        this.session.store.dispatch({
            type: 'members', room: id, members: payload.members ?? [], next: payload.next, fresh: !more,
        });
    }

    /** A moderation act as the composer's commands and the member menu word it: `{ type, target, … }`. */
    moderate(id, { type, target, duration, reason, role }) {
        const payload = {
            channel_id: id, target, ...(duration !== undefined && { duration }), ...(reason && { reason }),
            ...(role && { role }),
        };
        return this.session.attempt(() => this.request(type, payload));
    }
}
