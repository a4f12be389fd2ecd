import { h, icon, iconButton, reconcile } from './dom.js';
import { displayName } from './text.js';
import { QUIET_MS } from '../protocol/policy.js';
import { roomTitle } from '../state/rooms.js';
import { totals } from '../state/store.js';

/** How long a notice stays, in milliseconds; errors stay longer, and the pointer or focus holds any. */
const NOTICE_MS = { info: 5000, error: 9000 };

/** Says that the link is lost, once that has lasted long enough to matter, and when it will be tried again. */
export class Banner {
    #timer = null;

    constructor({ session }) {
        this.session = session;
        // The countdown is for the eyes: read out every second it would be noise.
        this.text = h('span', { 'aria-hidden': 'true' });
        this.spoken = h('span', { class: 'visually-hidden', role: 'status' });
        this.button = h('button', { type: 'button', class: 'text-button', on: { click: () => this.#act() } }, 'Now');
        this.element = h('div', { class: 'banner', hidden: true },
            icon('offline'), this.text, this.button);
    }

    render({ link }) {
        clearTimeout(this.#timer);
        this.link = link;
        const now = Date.now();
        const isReplaced = link.end === 'replaced';
        const isLost = link.lostAt !== null && now - link.lostAt >= QUIET_MS;
        this.element.hidden = !isReplaced && !isLost;
        this.button.hidden = link.phase === 'connecting';
        const spoken = isLost ? 'Connection lost. Trying again.' : '';
        if (this.spoken.textContent !== spoken) this.spoken.textContent = spoken;
        if (isReplaced) this.#say('You are connected from too many places, so this one was closed.', 'Use it here');
        else this.#say(this.#wordsFor(link, now), 'Now');
        if (link.lostAt !== null) this.#timer = setTimeout(() => this.render({ link: this.link }), 250);
    }

    #wordsFor({ phase, retryAt }, now) {
        if (phase === 'connecting') return 'Connection lost. Connecting…';
        return `Connection lost. Trying again in ${Math.max(1, Math.ceil((retryAt - now) / 1000))} s.`;
    }

    #say(text, act) {
        if (this.text.textContent !== text) this.text.textContent = text;
        if (this.button.textContent !== act) this.button.textContent = act;
    }

    #act() {
        if (this.link.end === 'replaced') this.session.link.start();
        else this.session.link.nudge();
    }
}

/** What the page tells in passing. */
export class Notices {
    #cache = new Map();

    constructor({ session }) {
        this.session = session;
        this.element = h('div', { class: 'notices', role: 'status', 'aria-live': 'polite' });
    }

    render({ notices }) {
        reconcile(this.element, notices.map((notice) => ({
            key: String(notice.id), stamp: [notice], make: () => this.#make(notice) })), this.#cache);
    }

    #make({ id, text, kind }) {
        const dismiss = () => this.session.dismissNotice(id);
        const node = h('div', { class: `notice is-${kind}` }, icon(kind === 'error' ? 'alert' : 'info'),
            h('span', {}, text), iconButton('close', 'Dismiss', dismiss));
        const isHeld = () => this.element.hidden || node.matches(':hover, :focus-within');
        const expire = () => (isHeld() ? setTimeout(expire, 1000) : dismiss());
        setTimeout(expire, NOTICE_MS[kind]);
        return node;
    }
}

/** Reads new messages of the current room out to screen readers: those only, never history. */
export class Announcer {
    constructor({ store }) {
        this.store = store;
        this.element = h('div', { class: 'visually-hidden', 'aria-live': 'polite', 'aria-atomic': 'false' });
    }

    say(room, payload) {
        if (room?.id !== this.store.state.current) return;
        const line = h('p', {}, `${displayName(payload.sender)}: ${String(payload.content).slice(0, 300)}`);
        this.element.append(line);
        while (this.element.childElementCount > 10) this.element.firstElementChild.remove();
    }
}

/** The count in the title and the icon of the tab. */
export function showTotals(state) {
    const { unread, mentions } = totals(state);
    const room = state.rooms[state.current];
    const count = mentions > 0 ? `(@${mentions}) ` : unread > 0 ? `(${unread}) ` : '';
    const title = `${count}${room ? `${roomTitle(room)} · ` : ''}Parley`;
    if (document.title !== title) document.title = title;
    const href = unread > 0 ? '/icons/parley-unread.svg' : '/icons/parley.svg';
    const link = document.querySelector('link[rel=icon]');
    if (link && link.getAttribute('href') !== href) link.setAttribute('href', href);
}

/** Who is typing, in words. */
export function typingText(state, now = Date.now()) {
    const typists = Object.entries(state.typing[state.current] ?? {}).filter(([, until]) => until > now);
    const names = typists.map(([name]) => displayName(state.rooms[state.current]?.online[name] ?? { username: name }));
    if (names.length === 0) return '';
    if (names.length > 3) return 'Several people are typing…';
    const list = names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names[0];
    return `${list} ${names.length > 1 ? 'are' : 'is'} typing…`;
}
