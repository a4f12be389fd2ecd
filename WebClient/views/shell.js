import { h, icon, iconButton } from './dom.js';
import { confirmAct } from './dialog.js';
import { Composer } from './composer.js';
import { Members } from './members.js';
import { RoomList } from './rooms.js';
import { TimelineView } from './timeline.js';
import { Banner, typingText } from './status.js';
import { openRoomInfo, roomIcon } from './roomdialogs.js';
import { roomTitle } from '../state/rooms.js';
import { roomsInOrder } from '../state/store.js';

const areMembersBeside = () => matchMedia('(min-width: 1100px)').matches;

/**
 * The page of somebody who is in: rooms, conversation, members. On narrow screens the outer two are drawers, one at a
 * time, and the browser's back button closes them.
 */
export class Shell {
    #drawer = null;
    #opener = null;
    #areMembersHidden = false;

    constructor({ store, session }) {
        this.store = store;
        this.session = session;
        this.roomList = new RoomList({ session, onOpen: (id) => this.open(id) });
        this.members = new Members({ session, onClose: () => this.toggleMembers() });
        this.composer = new Composer({ store, session });
        this.timeline = new TimelineView({
            store, session, onReply: (message) => this.composer.reply(message),
            onEdit: (message) => this.composer.edit(message), onRemove: (message) => this.#confirmRemove(message),
        });
        this.composer.onSent = () => this.timeline.toEnd();
        this.composer.onPage = (pages) => this.timeline.scrollBy(pages);
        this.banner = new Banner({ session });
        this.typing = h('div', { class: 'typing' });
        this.head = h('header', { class: 'room-head' });
        this.empty = h('div', { class: 'empty', hidden: true }, h('p', {}, 'Pick a room to begin.'),
            h('button', { type: 'button', class: 'button only-narrow', on: { click: () => this.toggleRooms() } },
                'Show rooms'));
        this.conversation = h('div', { class: 'conversation' },
            this.timeline.element, this.typing, this.composer.element);
        this.main = h('main', { class: 'main', 'aria-label': 'Conversation' },
            this.head, this.banner.spoken, this.banner.element, this.conversation, this.empty);
        this.scrim = h('div', { class: 'scrim', hidden: true, on: { click: () => this.closeDrawer() } });
        this.element = h('div', { class: 'shell' }, this.roomList.element, this.main, this.members.element, this.scrim);
        window.addEventListener('popstate', () => this.#onBack());
        matchMedia('(min-width: 1100px)').addEventListener('change', () => this.#showDrawer(null));
    }

    render(state) {
        const room = state.rooms[state.current];
        this.banner.render(state);
        this.roomList.render(state);
        this.conversation.hidden = !room;
        this.empty.hidden = Boolean(room) || !state.ready;
        this.#drawHead(room);
        this.composer.render(state);
        this.timeline.render(state);
        this.members.render(state, this.#areMembersShown());
        const typing = typingText(state);
        if (this.typing.textContent !== typing) this.typing.textContent = typing;
        this.#followAddress(state);
    }

    open(id) {
        const hadDrawer = this.#drawer !== null;
        this.#showDrawer(null);
        // The entry that the drawer made in the browser's history becomes the room's.
        if (hadDrawer) history.replaceState(null, '', `#${id}`);
        else if (this.store.state.current !== id) history.pushState(null, '', `#${id}`);
        this.session.rooms.open(id);
    }

    /** Goes `step` rooms down the list, or up. */
    openNext(step) {
        const ids = roomsInOrder(this.store.state).map((room) => room.id);
        const at = ids.indexOf(this.store.state.current);
        if (ids.length > 0) this.open(ids[(at + step + ids.length) % ids.length]);
    }

    /** One Escape, one step back. @returns {boolean} Whether there was one. */
    escape() {
        if (this.#drawer) {
            this.closeDrawer();
            return true;
        }
        if (this.composer.cancel()) return true;
        const { current } = this.store.state;
        if (current === null) return false;
        this.session.markRead(current);
        this.timeline.toEnd();
        this.composer.focus();
        return true;
    }

    toggleRooms() {
        this.#toggle('rooms');
    }

    toggleMembers() {
        if (!areMembersBeside()) return this.#toggle('members');
        this.#areMembersHidden = !this.#areMembersHidden;
        this.element.classList.toggle('has-no-members', this.#areMembersHidden);
        this.render(this.store.state);
    }

    closeDrawer() {
        if (this.#drawer) history.back();
    }

    #areMembersShown() {
        return areMembersBeside() ? !this.#areMembersHidden : this.#drawer === 'members';
    }

    #toggle(drawer) {
        if (this.#drawer === drawer) return this.closeDrawer();
        if (this.#drawer) history.replaceState({ drawer }, '');
        else history.pushState({ drawer }, '');
        this.#opener = document.activeElement;
        this.#showDrawer(drawer);
    }

    #showDrawer(drawer) {
        const wasOpen = this.#drawer !== null;
        this.#drawer = drawer;
        this.element.dataset.drawer = drawer ?? '';
        this.scrim.hidden = drawer === null;
        this.main.inert = drawer !== null;
        if (drawer) this.element.querySelector(`#${drawer}`).focus();
        else if (wasOpen) this.#opener?.focus();
        this.render(this.store.state);
    }

    #onBack() {
        const drawer = history.state?.drawer ?? null;
        if (drawer !== this.#drawer) this.#showDrawer(drawer);
        const id = roomOfAddress();
        if (id !== null && id !== this.store.state.current && this.store.state.ready) this.session.rooms.open(id);
    }

    /** The address names the room, so that a reload or a bookmark finds it. */
    #followAddress({ current, ready }) {
        if (!ready || roomOfAddress() === current) return;
        const address = current === null ? location.pathname + location.search : `#${current}`;
        history.replaceState(history.state, '', address);
    }

    #drawHead(room) {
        const stamp = room ? [room.id, room.title, room.alias, room.topic, room.kind, room.access].join('\n') : '';
        if (this.head.dataset.stamp === stamp && this.head.childElementCount > 0) return;
        this.head.dataset.stamp = stamp;
        this.head.replaceChildren(
            iconButton('menu', 'Show rooms', () => this.toggleRooms(), { class: 'only-narrow' }),
            room ? h('button', {
                type: 'button', class: 'room-name', title: 'About this room',
                on: { click: () => openRoomInfo(this.session, room.id) },
            }, roomIcon(room), h('h1', {}, roomTitle(room)), room.topic && h('span', { class: 'topic' }, room.topic))
                : h('h1', { class: 'room-name' }, 'Parley'),
            room ? iconButton('people', 'Members', () => this.toggleMembers()) : '');
    }

    async #confirmRemove(message) {
        const text = message.content.length > 120 ? `${message.content.slice(0, 120)}…` : message.content;
        if (await confirmAct('Delete this message?', `“${text}”`, 'Delete')) {
            this.session.remove(this.store.state.current, message.id);
        }
    }
}

/** The room that the page's address names, or null. */
export function roomOfAddress() {
    const match = /^#(\d{1,10})$/.exec(location.hash);
    return match ? Number(match[1]) : null;
}
