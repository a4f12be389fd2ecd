import { h, icon, iconButton, reconcile } from './dom.js';
import { field, form, openDialog } from './dialog.js';
import { avatar, displayName, fullTimeText } from './text.js';
import { parseDuration } from '../state/commands.js';
import { inWords } from '../protocol/errors.js';
import { mayAdminister, mayModerate, rank } from '../state/rooms.js';
import { peopleOf } from '../state/store.js';

const roleNames = { owner: 'owner', admin: 'admin', moderator: 'mod' };

/** Who is in the room: requests first, then who is here, then who is away. */
export class Members {
    #cache = new Map();
    #loadedFor = null;
    #isLoading = false;

    /** @param {{ session: object, onClose: () => void }} context */
    constructor({ session, onClose }) {
        this.session = session;
        this.count = h('span', { class: 'quiet' });
        this.list = h('ul', { class: 'member-list' });
        this.more = h('button', { type: 'button', class: 'text-button', hidden: true, on: { click: () => (
            session.attempt(() => session.rooms.loadMembers(this.#loadedFor, { more: true }))) } }, 'Show more');
        this.element = h('aside', { id: 'members', class: 'members', 'aria-label': 'Members', tabindex: '-1' },
            h('div', { class: 'members-head' }, h('h2', {}, 'People ', this.count),
                iconButton('close', 'Hide members', onClose)),
            h('div', { class: 'members-body' }, this.list, this.more));
    }

    render(state, isShown) {
        const room = state.rooms[state.current];
        if (!room) return this.#clear();
        if (!isShown) return;
        if (room.live && (this.#loadedFor !== room.id || !room.members)) this.#load(room.id);
        const people = peopleOf(room);
        const isModerator = mayModerate(room, state.me);
        const groups = [
            ['Asking to join', people.filter((person) => person.status === 'pending')],
            ['Here', people.filter((person) => person.online && person.status !== 'pending')],
            ['Away', people.filter((person) => !person.online && !['pending', 'banned'].includes(person.status))],
            ['Banned', isModerator ? people.filter((person) => person.status === 'banned') : []],
        ];
        const here = String(room.present ?? groups[1][1].length);
        if (this.count.textContent !== here) this.count.textContent = here;
        const rows = groups.flatMap(([title, group]) => this.#group(title, group, room, state.me));
        reconcile(this.list, rows, this.#cache);
        this.more.hidden = !room.membersNext;
    }

    /** Without a room there is nobody to show. */
    #clear() {
        this.#loadedFor = null;
        this.count.textContent = '';
        this.more.hidden = true;
        reconcile(this.list, [], this.#cache);
    }

    async #load(id) {
        if (this.#isLoading) return;
        this.#isLoading = true;
        this.#loadedFor = id;
        await this.session.rooms.loadMembers(id).catch(() => {});
        this.#isLoading = false;
    }

    #group(title, people, room, me) {
        if (people.length === 0) return [];
        const head = { key: `group ${title}`, stamp: [title], make: () => h('li', { class: 'section-title' }, title) };
        return [head, ...people.map((person) => ({
            key: `person ${person.username}`,
            stamp: [person.display_name, person.role, person.status, person.online, room.role, title],
            make: () => this.#row(person, room, me),
        }))];
    }

    #row(person, room, me) {
        const { username, role, status, online } = person;
        const isMe = username === me?.username;
        const state = [
            roleNames[role], status === 'muted' && 'muted', person.is_guest && 'guest', online ? 'here' : 'away'];
        return h('li', {}, h('button', {
            type: 'button', class: 'member', data: { act: `person ${username}` },
            'aria-label': [displayName(person), ...state.filter(Boolean)].join(', '),
            on: { click: () => openPerson(this.session, room.id, person) },
        },
        h('span', { class: `presence ${online ? 'is-here' : ''}` }, avatar(person, 'is-small')),
        h('span', { class: 'member-name' }, displayName(person), isMe && h('span', { class: 'quiet' }, ' (you)')),
        roleNames[role] && h('span', { class: 'tag' }, roleNames[role]),
        status === 'muted' && h('span', { class: 'tag is-warning' }, 'muted'),
        person.is_guest && displayName(person) !== username && h('span', { class: 'tag' }, 'guest')));
    }
}

/** One person: who it is, when last seen, and what one may do about it. */
function openPerson(session, roomID, person) {
    const { me, rooms } = session.state;
    const room = rooms[roomID];
    return openDialog({ title: displayName(person), kind: 'sheet' }, (close) => {
        const act = (name, label, run, kind = '') => h('button', {
            type: 'button', class: `menu-item ${kind}`, on: { click: () => { close(); run(); } },
        }, icon(name), label);
        const moderate = (type, more = {}) => () => refreshAfter(session, roomID, session.rooms.moderate(roomID, {
            type, target: person.username, ...more }));
        const ask = (type, title) => () => openSanction(session, roomID, person, type, title);
        return [
            h('div', { class: 'person-card' }, avatar(person, 'is-large'), h('div', {},
                h('p', { class: 'name' }, `@${person.username}`),
                h('p', { class: 'quiet' }, standing(person)),
                lastSeen(session, person))),
            ...offers({ me, room, person }, { act, moderate, ask }),
        ];
    });
}

/** What somebody is in the room, beyond being in it. */
function standing({ role, is_guest: isGuest, status }) {
    const state = ['muted', 'banned', 'pending'].includes(status) && status;
    return [rank(role) > 0 && role, isGuest && 'guest', state].filter(Boolean).join(', ');
}

function offers({ me, room, person }, { act, moderate, ask }) {
    const isBelow = person.username !== me?.username
        && (rank(room.role) > rank(person.role) || (me?.role === 'admin' && person.role !== 'owner'));
    if (person.status === 'pending') {
        if (room.access !== 'private' && !mayModerate(room, me)) return [];
        return [act('check', 'Let in', moderate('member_accept')),
            act('close', 'Refuse', moderate('member_reject'), 'is-danger')];
    }
    if (!isBelow || !mayModerate(room, me)) return [];
    if (person.status === 'banned') return [act('check', 'Lift the ban', moderate('chat_unban'))];
    return [
        person.status === 'muted' ? act('sound', 'Unmute', moderate('chat_unmute'))
            : act('mute', 'Mute…', ask('chat_mute', 'Mute')),
        act('leave', 'Remove from the room…', ask('chat_kick', 'Remove')),
        act('ban', 'Ban…', ask('chat_ban', 'Ban'), 'is-danger'),
        ...(mayAdminister(room, me) && !person.is_guest ? roleOffers(room, person, act, moderate) : []),
    ];
}

function roleOffers(room, person, act, moderate) {
    return ['member', 'moderator', 'admin']
        .filter((role) => role !== person.role && rank(role) < rank(room.role))
        .map((role) => act('person', `Make ${role}`, moderate('member_role', { role })));
}

async function refreshAfter(session, roomID, act) {
    if (await act) session.rooms.loadMembers(roomID).catch(() => {});
}

function openSanction(session, roomID, person, type, title) {
    const hasDuration = type !== 'chat_kick';
    return openDialog({ title: `${title} ${displayName(person)}` }, (close) => [form([
        hasDuration && field('For how long', h('input', {
            name: 'duration', value: type === 'chat_mute' ? '10m' : '', autocomplete: 'off', autofocus: true,
            placeholder: type === 'chat_ban' ? 'for ever' : '',
        }), 'Seconds, or a number with s, m, h, d or w, or perm.'),
        field('Reason', h('input', { name: 'reason', maxlength: '255', autocomplete: 'off', autofocus: !hasDuration })),
    ].filter(Boolean), title, async ({ duration = '', reason }) => {
        const seconds = duration.trim() ? parseDuration(duration.trim()) : null;
        if (duration.trim() && seconds === null) throw Object.assign(new Error(), { code: 'invalid_duration' });
        await session.request(type, {
            channel_id: roomID, target: person.username,
            ...(seconds !== null && { duration: seconds }), ...(reason.trim() && { reason: reason.trim() }),
        });
        close();
        session.rooms.loadMembers(roomID).catch(() => {});
    }, inWords)]);
}

function lastSeen(session, { username, online }) {
    const line = h('p', { class: 'quiet' }, online ? 'Here now' : '');
    if (online) return line;
    session.request('presence_get', { usernames: [username] }).then(({ payload }) => {
        const found = payload.users?.[0];
        const at = Date.parse(found?.last_seen);
        line.textContent = found?.online ? 'Online, in another room' : at ? `Last seen ${fullTimeText(at)}` : '';
    }, () => {});
    return line;
}
