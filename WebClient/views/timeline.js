import { h, icon, reconcile } from './dom.js';
import { counted, dayOf, dayText } from './text.js';
import { messageRow, toolbar } from './message.js';
import { openMessageSheet, permissions } from './messagesheet.js';
import { roomIcon } from './roomdialogs.js';
import { emptyTimeline, foldName } from '../state/timeline.js';
import { roomTitle } from '../state/rooms.js';

/** Messages of one person within this time stand together under one name, in milliseconds. */
const GROUP_MS = 5 * 60_000;

/** How near to an edge of the window more is fetched, in pixels. */
const NEAR_EDGE = 900;

/** How far from the end still counts as being at it, in pixels. */
const AT_END = 40;

/** The log of the current room: a window onto its history that never jumps under the reader's eyes. */
export class TimelineView {
    #cache = new Map();
    #room = null;
    #places = new Map();
    #isAtEnd = true;
    #settled = false;
    #toolbar = null;

    /**
     * @param {{ store: object, session: object, onReply: (message: object) => void,
     *     onEdit: (message: object) => void, onRemove: (message: object) => void }} context
     */
    constructor(context) {
        Object.assign(this, context);
        this.rows = h('div', { class: 'rows' });
        this.top = h('div', { class: 'edge' });
        this.scroller = h('div', {
            class: 'scroller', role: 'log', 'aria-live': 'off', 'aria-label': 'Messages', tabindex: '0',
            on: {
                scroll: () => this.#onScroll(), keydown: (event) => this.#onKey(event),
                click: (event) => this.#onClick(event), focusin: (event) => this.#onOver(event),
                pointerover: (event) => event.pointerType === 'mouse' && this.#onOver(event),
                pointerleave: () => this.#hideToolbar(),
            },
        }, this.top, this.rows);
        this.jump = h('button', { type: 'button', class: 'jump', hidden: true, on: { click: () => this.toEnd() } });
        this.element = h('div', { class: 'log' }, this.scroller, this.jump);
        new ResizeObserver(() => this.#isAtEnd && this.#scrollToEnd()).observe(this.scroller);
        window.addEventListener('focus', () => this.#sawEnd());
        document.addEventListener('visibilitychange', () => this.#sawEnd());
    }

    render(state) {
        const room = state.rooms[state.current];
        if (!room) return;
        if (this.#room !== room.id) this.#enter(room);
        const timeline = state.timelines[room.id] ?? emptyTimeline;
        const anchor = this.#settled && !this.#isAtEnd ? this.#anchor() : null;
        this.#drawTop(room, timeline);
        reconcile(this.rows, this.#rowsOf(state, room, timeline), this.#cache);
        if (this.#toolbar && !this.#toolbar.isConnected) this.#toolbar = null;
        this.#drawJump(room, timeline);
        if (!timeline.loaded) return;
        if (!this.#settled) this.#settle(room, timeline);
        else if (anchor) this.#restore(anchor);
        else if (this.#isAtEnd && !timeline.after) this.#scrollToEnd();
        this.#onScroll();
    }

    /** Goes to the newest message, fetching it if the window is elsewhere. */
    async toEnd() {
        const { current, timelines } = this.store.state;
        this.#isAtEnd = true;
        if (timelines[current]?.after) await this.session.attempt(() => this.session.history.latest(current));
        this.#scrollToEnd();
    }

    scrollBy(pages) {
        this.scroller.scrollBy({ top: this.scroller.clientHeight * 0.85 * pages });
    }

    // MARK: Drawing

    #enter(room) {
        this.#remember();
        this.#room = room.id;
        this.#cache.clear();
        this.rows.replaceChildren();
        this.#toolbar = null;
        this.#settled = false;
        this.#isAtEnd = true;
        this.scroller.setAttribute('aria-label', `Messages in ${roomTitle(room)}`);
    }

    #drawTop(room, { loaded, before, items }) {
        const kind = !loaded ? 'loading' : before ? 'more' : 'start';
        const stamp = `${kind} ${roomTitle(room)} ${room.topic} ${room.kind} ${room.access} ${items.length === 0}`;
        if (this.top.dataset.stamp === stamp) return;
        this.top.dataset.stamp = stamp;
        this.top.dataset.kind = kind;
        this.top.replaceChildren(...(kind === 'start' ? this.#beginning(room, items) : [
            h('div', { class: 'spinner', role: 'status' },
                h('span', { class: 'visually-hidden' }, 'Loading messages'))]));
    }

    #beginning(room, items) {
        return [h('div', { class: 'beginning' },
            h('span', { class: 'beginning-icon' }, roomIcon(room)),
            h('h2', {}, roomTitle(room)),
            room.topic && h('p', {}, room.topic),
            h('p', { class: 'quiet' }, items.length > 0 ? 'This is where the conversation begins.'
                : 'Nothing has been said here yet.'))];
    }

    #rowsOf(state, room, { items, after }) {
        const me = state.me?.username;
        const pending = after ? [] : state.outbox.filter((entry) => entry.room === room.id && !entry.echo);
        const all = [...items, ...pending.map((entry) => ({
            ...entry, key: entry.id, sender: state.me, content: entry.text, mentions: entry.mentions.map(foldName) }))];
        let previous = null;
        let lineDrawn = false;
        return all.map((message, index) => {
            const isNewDay = !previous || dayOf(previous.at) !== dayOf(message.at);
            const isUnread = !lineDrawn && room.lineAt !== null && !message.phase && message.seq > room.lineAt
                && message.sender.username !== me;
            lineDrawn ||= isUnread;
            const isFirst = isNewDay || isUnread || Boolean(message.replyTo) || previous.deleted
                || previous.sender.username !== message.sender.username || message.at - previous.at > GROUP_MS;
            const quoted = message.replyTo ? items.find((other) => other.id === message.replyTo) ?? null : null;
            const day = isNewDay ? dayText(message.at) : null;
            previous = message;
            const source = message.phase ? pending[index - items.length] : message;
            return {
                key: message.key, stamp: [source, day, isUnread, isFirst, quoted, me],
                make: () => messageRow(message, { day, isUnread, isFirst, me, quoted }),
            };
        });
    }

    #drawJump(room, timeline) {
        const isAway = timeline.loaded && (timeline.after || !this.#isAtEnd);
        this.jump.hidden = !isAway;
        const text = room.unread > 0 ? counted(room.unread, 'new message') : 'Latest';
        if (this.jump.textContent !== text) this.jump.replaceChildren(icon('down'), h('span', {}, text));
    }

    // MARK: Where the reader is

    /** The first row in sight, and where its text stands on the screen; the text, for what is around it may change. */
    #anchor() {
        const { top } = this.scroller.getBoundingClientRect();
        for (const row of this.rows.children) {
            const text = row.querySelector('.text');
            if (text && text.getBoundingClientRect().bottom > top) {
                return { key: row.dataset.key, top: text.getBoundingClientRect().top - top };
            }
        }
        return null;
    }

    #restore({ key, top }) {
        const text = this.#cache.get(key)?.node.querySelector('.text');
        if (!text) return;
        const shift = text.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top - top;
        if (Math.abs(shift) >= 0.5) this.scroller.scrollTop += shift;
    }

    #remember() {
        if (this.#room !== null && this.#settled) this.#places.set(this.#room, this.#isAtEnd ? null : this.#anchor());
    }

    /** Where to begin in a room that was just opened: at the unread line, where one was, or at the end. */
    #settle(room, timeline) {
        this.#settled = true;
        const line = this.rows.querySelector('.unread-line');
        const place = this.#places.get(room.id);
        if (line) this.scroller.scrollTop += line.getBoundingClientRect().top
            - this.scroller.getBoundingClientRect().top - this.scroller.clientHeight / 4;
        else if (place && this.#cache.has(place.key)) this.#restore(place);
        else if (!timeline.after) this.#scrollToEnd();
        this.#measure();
    }

    #scrollToEnd() {
        this.scroller.scrollTop = this.scroller.scrollHeight;
    }

    #measure() {
        const { scrollTop, scrollHeight, clientHeight } = this.scroller;
        this.#isAtEnd = scrollHeight - scrollTop - clientHeight < AT_END;
        this.session.watching = this.#isAtEnd ? this.#room : null;
        return { above: scrollTop, below: scrollHeight - scrollTop - clientHeight };
    }

    #onScroll() {
        const { current, timelines, rooms } = this.store.state;
        const timeline = timelines[current];
        if (current !== this.#room || !timeline?.loaded || !this.#settled) return;
        const { above, below } = this.#measure();
        this.#drawJump(rooms[current], timeline);
        if (above < NEAR_EDGE && timeline.before) this.#fetch('older');
        else if (below < NEAR_EDGE && timeline.after) this.#fetch('newer');
        this.#sawEnd();
    }

    #fetch(direction) {
        if (this.session.history.isBusy(this.#room)) return;
        this.session.history[direction](this.#room).catch(() => {});
    }

    #sawEnd() {
        const { current, timelines } = this.store.state;
        const timeline = timelines[current];
        if (current !== this.#room || !timeline?.loaded || timeline.after || !this.#isAtEnd) return;
        const newest = timeline.items.at(-1);
        if (newest) this.session.reading.sawLatest(current, newest.seq);
    }

    /** Shows a message, fetching what is around it if it is not in the window, and marks it for a moment. */
    async jumpTo(id) {
        const find = () => [...this.#cache.values()].find(({ node }) => node.dataset.id === id)?.node;
        if (!find()) {
            const room = this.#room;
            await this.session.attempt(() => this.session.history.around(room, id));
            this.#isAtEnd = false;
            this.render(this.store.state);
        }
        const row = find();
        if (!row) return;
        this.#isAtEnd = false;
        row.scrollIntoView({ block: 'center' });
        row.focus({ preventScroll: true });
        row.classList.add('is-found');
        setTimeout(() => row.classList.remove('is-found'), 2000);
    }

    // MARK: Acts

    #messageOf(row) {
        const { timelines, outbox } = this.store.state;
        const { key } = row.dataset;
        return timelines[this.#room]?.items.find((message) => message.key === key)
            ?? outbox.find((entry) => entry.id === key);
    }

    #onOver({ target }) {
        const row = target.closest?.('.row');
        if (!row || this.#toolbar?.parentElement?.parentElement === row) return;
        this.#hideToolbar();
        const message = this.#messageOf(row);
        if (!message || message.phase || message.deleted) return;
        this.#toolbar = toolbar(permissions(this.store.state, message));
        row.querySelector('article').append(this.#toolbar);
    }

    #hideToolbar() {
        if (this.#toolbar?.contains(document.activeElement)) return;
        this.#toolbar?.remove();
        this.#toolbar = null;
    }

    #onClick({ target }) {
        const row = target.closest('.row');
        if (!row) return;
        const control = target.closest('[data-act]');
        if (control) this.#act(row, control.dataset);
        else if (!target.closest('a') && matchMedia('(hover: none)').matches) this.#openSheet(row);
    }

    #act(row, { act, to }) {
        const message = this.#messageOf(row);
        if (!message) return;
        const [verb, emote] = act.split(' ');
        switch (verb) {
            case 'react': this.session.react(this.#room, message.id, emote); break;
            case 'reply': this.onReply(message); break;
            case 'edit': this.onEdit(message); break;
            case 'remove': this.onRemove(message); break;
            case 'jump': this.jumpTo(to); break;
            case 'retry': this.session.outbox.retry(message.id); break;
            case 'discard': this.session.outbox.discard(message.id); break;
            default:
        }
    }

    async #openSheet(row) {
        const message = this.#messageOf(row);
        if (!message || message.phase || message.deleted) return;
        const act = await openMessageSheet(this.session, this.#room, message);
        if (act) this.#act(row, { act });
    }

    #onKey(event) {
        const rows = [...this.rows.children];
        const at = rows.indexOf(document.activeElement);
        if (event.key === 'Enter' && at >= 0) {
            event.preventDefault();
            this.#openSheet(rows[at]);
        }
        if (event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
        if (at < 0 && document.activeElement !== this.scroller) return;
        event.preventDefault();
        const next = at < 0 ? rows.length - 1 : at + (event.key === 'ArrowUp' ? -1 : 1);
        rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
    }
}
