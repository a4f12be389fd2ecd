import { h, icon, iconButton, reconcile } from './dom.js';
import { avatar, counted, displayName } from './text.js';
import { roomTitle } from '../state/rooms.js';
import { roomsInOrder } from '../state/store.js';
import { openBrowser, openCreateRoom, roomIcon } from './roomdialogs.js';
import { openAccount, openSignUp } from './account.js';

/** How many public rooms the list suggests; the rest is in the room browser. */
const SUGGESTIONS = 6;

/** The list of one's rooms, the public ones to discover, and who one is. */
export class RoomList {
    #own = new Map();
    #public = new Map();

    /** @param {{ session: object, onOpen: (room: number) => void }} context */
    constructor({ session, onOpen }) {
        this.session = session;
        this.onOpen = onOpen;
        this.own = h('ul', { class: 'room-list' });
        this.discover = h('ul', { class: 'room-list' });
        this.discoverPart = h('section', { 'aria-labelledby': 'discover-title' },
            h('h2', { id: 'discover-title', class: 'section-title' }, 'Public rooms'), this.discover);
        this.account = h('button', { type: 'button', class: 'account', on: { click: () => openAccount(session) } });
        this.element = h('nav', { id: 'rooms', class: 'rooms', 'aria-label': 'Rooms', tabindex: '-1' },
            h('div', { class: 'rooms-head' },
                h('span', { class: 'brand' },
                    h('img', { src: '/icons/parley.svg', alt: '', width: '24', height: '24' }), 'Parley'),
                iconButton('search', 'Browse public rooms', () => openBrowser(session, onOpen)),
                iconButton('plus', 'Create a room', () => (
                    session.state.me?.is_guest ? openSignUp(session) : openCreateRoom(session)))),
            h('div', { class: 'rooms-body' },
                h('section', { 'aria-labelledby': 'own-title' },
                    h('h2', { id: 'own-title', class: 'section-title' }, 'Your rooms'), this.own),
                this.discoverPart),
            this.account);
    }

    render(state) {
        reconcile(this.own, roomsInOrder(state).map((room) => this.#row(room, room.id === state.current)), this.#own);
        const others = state.discover.filter((room) => !state.rooms[room.channel_id]).slice(0, SUGGESTIONS);
        this.discoverPart.hidden = others.length === 0;
        reconcile(this.discover, others.map((room) => this.#suggestion(room)), this.#public);
        this.#drawAccount(state.me);
    }

    #row(room, isCurrent) {
        const { id, kind, access, status, unread, mentions } = room;
        const title = roomTitle(room);
        return {
            key: String(id), stamp: [title, kind, access, status, unread, mentions, isCurrent],
            make: () => h('li', {}, h('button', {
                type: 'button', class: `room ${isCurrent ? 'is-current' : ''} ${unread > 0 ? 'is-unread' : ''}`,
                'aria-current': isCurrent ? 'page' : null, data: { act: 'open', room: String(id) },
                on: { click: () => this.onOpen(id) },
            }, roomIcon(room), h('span', { class: 'room-title' }, title), badge(room))),
        };
    }

    #suggestion(room) {
        const people = room.online ?? room.members ?? 0;
        const title = roomTitle({ ...room, id: room.channel_id });
        return {
            key: String(room.channel_id), stamp: [title, people],
            make: () => h('li', {}, h('button', {
                type: 'button', class: 'room', title: room.topic || null,
                on: { click: () => this.onOpen(room.channel_id) },
            }, roomIcon(room), h('span', { class: 'room-title' }, title),
            people > 0 && h('span', { class: 'room-people' }, icon('people'), String(people)))),
        };
    }

    #drawAccount(me) {
        const stamp = `${me?.username} ${me?.display_name}`;
        if (!me || this.account.dataset.stamp === stamp) return;
        this.account.dataset.stamp = stamp;
        this.account.replaceChildren(avatar(me), h('span', { class: 'account-name' },
            h('span', { class: 'name' }, displayName(me)),
            h('span', { class: 'quiet' }, me.is_guest ? 'Guest' : `@${me.username}`)), icon('more'));
        this.account.setAttribute('aria-label', `Account: ${displayName(me)}`);
    }
}

function badge({ unread, mentions, status }) {
    if (status === 'pending') return h('span', { class: 'tag' }, 'waiting');
    if (unread === 0) return null;
    const text = unread > 99 ? '99+' : String(unread);
    const label = mentions > 0 ? `, ${counted(unread, 'unread message')}, ${counted(mentions, 'mention')}`
        : `, ${counted(unread, 'unread message')}`;
    return h('span', { class: `badge ${mentions > 0 ? 'is-mention' : ''}` },
        h('span', { 'aria-hidden': 'true' }, mentions > 0 ? `@${text}` : text),
        h('span', { class: 'visually-hidden' }, label));
}
