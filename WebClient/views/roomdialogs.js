import { h, icon } from './dom.js';
import { confirmAct, field, form, openDialog } from './dialog.js';
import { counted } from './text.js';
import { inWords } from '../protocol/errors.js';
import { mayAdminister, rank, roomTitle } from '../state/rooms.js';
import { roomsInOrder } from '../state/store.js';

const accesses = [
    ['public', 'Public: anybody can join'],
    ['private', 'Private: any member lets people in'],
    ['strict_private', 'Strict: moderators let people in'],
    ['invite_only', 'By invitation only'],
];

/** Nobody can be invited from this page: only a room that is closed like that already shows it. */
function accessesFor(current = null) {
    return accesses.filter(([value]) => value !== 'invite_only' || value === current);
}

const kinds = [['group', 'Everybody'], ['channel', 'Only moderators (announcements)']];

/** What kind of room it is, at a glance. */
export function roomIcon({ kind, access }) {
    return icon(kind === 'channel' ? 'megaphone' : access === 'public' || !access ? 'hash' : 'lock');
}

function select(name, options, chosen) {
    return h('select', { name }, options.map(([value, label]) => (
        h('option', { value, selected: value === chosen }, label))));
}

export function openCreateRoom(session) {
    return openDialog({ title: 'Create a room' }, (close) => [form([
        field('Name', h('input', {
            name: 'title', required: true, maxlength: '80', autocomplete: 'off', autofocus: true,
        })),
        field('Topic', h('input', { name: 'topic', maxlength: '500', autocomplete: 'off' }),
            'What it is about, if you like.'),
        field('Who gets in', select('access', accessesFor(), 'public')),
        field('Who writes', select('kind', kinds, 'group')),
    ], 'Create room', async ({ title, topic, access, kind }) => {
        await session.rooms.create({ title: title.trim(), ...(topic.trim() && { topic: topic.trim() }), access, kind });
        close();
    }, inWords)]);
}

/** What a room is about, and for its admins the means to change it. */
export function openRoomInfo(session, id) {
    const room = session.state.rooms[id];
    if (!room) return null;
    const isAdmin = mayAdminister(room, session.state.me);
    return openDialog({ title: roomTitle(room) }, (close) => [
        isAdmin ? settingsForm(session, room, close) : h('p', {}, room.topic || 'This room has no topic.'),
        h('p', { class: 'quiet' }, `Room number ${id}. ${new Map(accesses).get(room.access) ?? room.access}.`),
        h('div', { class: 'dialog-actions' },
            h('button', { type: 'button', class: 'button', on: { click: () => { close(); leave(session, room); } } },
                icon('leave'), 'Leave room'),
            (rank(room.role) === 4 || session.state.me?.role === 'admin') && h('button', {
                type: 'button', class: 'button is-danger',
                on: { click: () => { close(); confirmDelete(session, room); } },
            }, icon('trash'), 'Delete room')),
    ]);
}

function settingsForm(session, room, close) {
    return form([
        field('Name', h('input', { name: 'title', required: true, maxlength: '80', value: room.title })),
        field('Topic', h('textarea', { name: 'topic', maxlength: '500', rows: '2', value: room.topic })),
        field('Who gets in', select('access', accessesFor(room.access), room.access)),
    ], 'Save', async ({ title, topic, access }) => {
        await session.rooms.update(room.id, { title: title.trim(), topic: topic.trim(), access });
        close();
    }, inWords);
}

/** Leaves, but asks the last owner first: the room is somebody else's then, or nobody's. */
async function leave(session, room) {
    if (await isLastOwner(session, room)) {
        const text = `You are the last owner of ${roomTitle(room)}. When you leave, another member becomes its owner; `
            + 'with nobody else in it, the room has none.';
        if (!await confirmAct('Leave your room?', text, 'Leave room')) return;
    }
    session.rooms.leave(room.id);
}

/** Whether no other owner is known. Only the first page of a big room's members is looked at. */
async function isLastOwner(session, room) {
    if (room.role !== 'owner') return false;
    await session.rooms.loadMembers(room.id).catch(() => {});
    const members = Object.values(session.state.rooms[room.id]?.members ?? {});
    return !members.some(({ username, role }) => role === 'owner' && username !== session.state.me?.username);
}

async function confirmDelete(session, room) {
    const text = `${roomTitle(room)} and everything that was said in it will be gone for everybody.`;
    if (await confirmAct('Delete this room?', text, 'Delete room')) session.rooms.remove(room.id);
}

/** The public rooms, searched on the server. A number also opens the room of that number. */
export function openBrowser(session, onOpen) {
    return openDialog({ title: 'Browse rooms', kind: 'browser' }, (close) => {
        const list = h('ul', { class: 'result-list' });
        const choose = (id) => { close(); onOpen(id); };
        const search = latestOnly(async (query, isLatest) => {
            const found = await session.rooms.list(query).catch((error) => ({ error }));
            if (!isLatest()) return;
            if (found.error) list.replaceChildren(h('li', { class: 'quiet' }, inWords(found.error)));
            else showResults(session, list, query, found, choose);
        });
        search('');
        return [h('input', {
            type: 'search', placeholder: 'Room name or number', 'aria-label': 'Search rooms',
            autofocus: true, on: { input: (event) => search(event.target.value.trim()) },
        }), list];
    });
}

function showResults(session, list, query, { rooms, next }, choose) {
    const rows = rooms.map((room) => resultRow(room, choose));
    const number = /^\d{1,10}$/.test(query) ? Number(query) : 0;
    if (number > 0 && !rooms.some((room) => room.channel_id === number)) {
        rows.push(h('li', {}, h('button', { type: 'button', class: 'result', on: { click: () => choose(number) } },
            icon('hash'), h('span', { class: 'result-text' }, `Join room number ${number}`))));
    }
    if (rows.length === 0) rows.push(h('li', { class: 'quiet' }, 'No rooms found.'));
    if (next) rows.push(moreRow(session, query, next, choose));
    list.replaceChildren(...rows);
}

function resultRow(room, choose) {
    const isMember = room.status === 'active' || room.status === 'muted';
    return h('li', {}, h('button', { type: 'button', class: 'result', on: { click: () => choose(room.channel_id) } },
        roomIcon(room),
        h('span', { class: 'result-text' }, h('span', { class: 'name' }, roomTitle({ ...room, id: room.channel_id })),
            room.topic && h('span', { class: 'quiet' }, room.topic)),
        h('span', { class: 'quiet' }, isMember ? 'joined' : counted(room.members ?? 0, 'member'))));
}

function moreRow(session, query, cursor, choose) {
    const row = h('li', {}, h('button', { type: 'button', class: 'text-button', on: { click: async () => {
        const page = await session.rooms.list(query, cursor).catch(() => null);
        if (!page) return;
        row.replaceWith(...page.rooms.map((room) => resultRow(room, choose)),
            ...(page.next ? [moreRow(session, query, page.next, choose)] : []));
    } } }, 'Show more'));
    return row;
}

/** Runs `work` for the newest input only, a moment after typing pauses. */
function latestOnly(work) {
    let count = 0;
    return (input) => {
        count += 1;
        const mine = count;
        setTimeout(() => mine === count && work(input, () => mine === count), input ? 200 : 0);
    };
}

/** Ctrl K: goes to a room by a few letters of its name. */
export function openSwitcher(session, onOpen) {
    return openDialog({ title: 'Go to room', kind: 'switcher' }, (close) => {
        let chosen = 0;
        let found = [];
        const list = h('ul', { class: 'result-list', role: 'listbox', id: 'switcher-list', 'aria-label': 'Rooms' });
        const input = h('input', {
            type: 'search', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'switcher-list',
            'aria-label': 'Room name', placeholder: 'Room name', autofocus: true, autocomplete: 'off',
        });
        const go = (room) => { close(); if (room) onOpen(room.id); };
        const draw = () => {
            found = matching(session.state, input.value);
            chosen = Math.max(0, Math.min(chosen, found.length - 1));
            list.replaceChildren(...found.map((room, index) => h('li', {
                role: 'option', id: `switch-${room.id}`, 'aria-selected': String(index === chosen),
                class: `result ${index === chosen ? 'is-chosen' : ''}`, on: { click: () => go(room) },
            }, roomIcon(room), h('span', { class: 'result-text' }, roomTitle(room)),
            room.unread > 0 && h('span', { class: 'badge' }, String(room.unread)))));
            input.setAttribute('aria-activedescendant', found[chosen] ? `switch-${found[chosen].id}` : '');
        };
        input.addEventListener('input', () => { chosen = 0; draw(); });
        input.addEventListener('keydown', (event) => {
            if (event.key === 'Enter') go(found[chosen]);
            if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
            event.preventDefault();
            chosen += event.key === 'ArrowDown' ? 1 : -1;
            draw();
        });
        draw();
        return [input, list];
    });
}

function matching(state, query) {
    const wanted = query.trim().toLocaleLowerCase();
    const public_ = state.discover.filter((room) => !state.rooms[room.channel_id])
        .map((room) => ({ ...room, id: room.channel_id, unread: 0 }));
    return [...roomsInOrder(state), ...public_]
        .filter((room) => roomTitle(room).toLocaleLowerCase().includes(wanted)).slice(0, 12);
}
