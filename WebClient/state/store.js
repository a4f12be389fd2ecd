import {
    emptyTimeline, foldName, nameOf, readMessage, withDeletion, withEdit, withGap, withLive, withNewer, withOlder,
    withPage, withReaction, withRefreshed,
} from './timeline.js';
import {
    blankRoom, placeOf, rank, roomTitle, withDescription, withMember, withPosition, withPresence, withPresent,
    withUnread,
} from './rooms.js';

/** How long somebody counts as typing without a new sign of it, in milliseconds. */
const TYPING_MS = 8000;

export const initialState = Object.freeze({
    me: null,
    link: { phase: 'idle', lostAt: null, retryAt: null, end: null },
    limits: { content: 4000 },
    /** Whether the first hello has told which rooms there are. */
    ready: false,
    rooms: {},
    current: null,
    timelines: {},
    /** By room: username → until when, Unix milliseconds. */
    typing: {},
    /** Messages on their way, oldest first: { id, room, text, replyTo, mentions, at, phase, why, echo }. */
    outbox: [],
    /** Public rooms that one is not in. */
    discover: [],
    /** What to tell the user in passing, oldest first: { id, text, kind }. */
    notices: [],
});

/**
 * Holds the state and tells listeners of changes.
 *
 * @param {(state: object, action: object) => object} reduce
 * @param {(flush: () => void) => void} schedule Decides when listeners are told; many actions may be told as one.
 */
export function createStore(reduce, schedule, state = initialState) {
    const listeners = new Set();
    let due = false;
    const flush = () => {
        due = false;
        for (const listener of listeners) listener(state);
    };
    return {
        get state() {
            return state;
        },
        dispatch(action) {
            const next = reduce(state, action);
            if (next === state) return;
            state = next;
            if (due) return;
            due = true;
            schedule(flush);
        },
        subscribe(listener) {
            listeners.add(listener);
            return () => listeners.delete(listener);
        },
    };
}

/** The whole of the page's logic on state: what an action makes of it. */
export function reduce(state, action) {
    switch (action.type) {
        case 'link': return { ...state, link: action.link };
        case 'frame': return onFrame(state, action.frame, action.now);
        case 'signed_out': return { ...initialState, link: state.link, notices: state.notices };
        case 'open': return opened(state, action.room);
        case 'leave': return without(state, action.room);
        case 'read': return onRoom(state, action.room, (room) => (
            { ...room, read: Math.max(room.read, action.seq), unread: 0, mentions: 0 }));
        case 'line': return onRoom(state, action.room, (room) => ({ ...room, lineAt: action.at }));
        case 'not_live': return onRoom(state, action.room, (room) => ({ ...room, live: false, status: action.status }));
        case 'page': return onTimeline(state, action.room, () => withPage(action.messages, action));
        case 'older': return onTimeline(state, action.room, (known) => withOlder(known, action.messages, action.more));
        case 'newer': return onTimeline(state, action.room, (known) => withNewer(known, action.messages, action.more));
        case 'refreshed': return onTimeline(state, action.room, (known) => (
            withRefreshed(known, action.messages, action.complete)));
        case 'members': return onRoom(state, action.room, (room) => withMemberPage(room, action));
        case 'discover': return { ...state, discover: action.rooms };
        case 'outbox_add': return { ...state, outbox: [...state.outbox, action.entry] };
        case 'outbox_set': return { ...state, outbox: state.outbox.map((entry) => (
            entry.id === action.id ? { ...entry, ...action.change } : entry)) };
        case 'outbox_remove': return { ...state, outbox: state.outbox.filter((entry) => entry.id !== action.id) };
        case 'acked': return acknowledged(state, action.id, action.message, action.epoch);
        case 'notice': return { ...state, notices: [...state.notices, action.notice].slice(-4) };
        case 'notice_gone': return { ...state, notices: state.notices.filter((notice) => notice.id !== action.id) };
        case 'tick': return withoutIdleTypists(state, action.now);
        default: return state;
    }
}

function onRoom(state, id, change) {
    const room = state.rooms[id];
    if (!room) return state;
    const changed = change(room);
    return changed === room ? state : { ...state, rooms: { ...state.rooms, [id]: changed } };
}

function onTimeline(state, id, change) {
    const known = state.timelines[id] ?? emptyTimeline;
    const changed = change(known);
    return changed === known ? state : { ...state, timelines: { ...state.timelines, [id]: changed } };
}

function withRoom(state, id) {
    return state.rooms[id] ? state : { ...state, rooms: { ...state.rooms, [id]: blankRoom(id) } };
}

function without(state, id) {
    const { [id]: _room, ...rooms } = state.rooms;
    const { [id]: _timeline, ...timelines } = state.timelines;
    return { ...state, rooms, timelines, current: state.current === id ? null : state.current };
}

/** Rooms that one merely looks at keep a small memory: only the current one holds on to its timeline's place. */
function opened(state, id) {
    const next = id === null ? state : withRoom(state, id);
    return onRoom({ ...next, current: id }, id, (room) => ({
        ...room, lineAt: room.unread > 0 && room.read > 0 ? room.read : null }));
}

function withMemberPage(room, { members, next, fresh }) {
    const known = fresh ? {} : { ...room.members };
    for (const member of members) known[nameOf(member)] = member;
    return { ...room, members: known, membersNext: next ?? null };
}

function withoutIdleTypists(state, now) {
    let typing = state.typing;
    for (const [id, typists] of Object.entries(state.typing)) {
        const left = Object.fromEntries(Object.entries(typists).filter(([, until]) => until > now));
        if (Object.keys(left).length !== Object.keys(typists).length) typing = { ...typing, [id]: left };
    }
    return typing === state.typing ? state : { ...state, typing };
}

// MARK: Frames

function onFrame(state, frame, now) {
    if (frame.type === 'hello') return onHello(state, frame.payload);
    if (frame.type === 'user_update') return onProfile(state, frame.payload.user);
    const id = frame.payload.channel_id;
    if (!Number.isInteger(id)) return state;
    if (frame.type === 'chat_typing') return onTyping(state, id, frame.payload, now);
    if (frame.type === 'channel_joined') return onJoined(state, id, frame.payload);
    if (!state.rooms[id]) return state;
    switch (frame.type) {
        case 'channel_members': case 'channel_occupancy': return onRoom(state, id, (room) => (
            withPresence(room, frame.payload)));
        case 'channel_join': case 'channel_leave': return onRoom(state, id, (room) => (
            withPresent(room, frame.payload.user, frame.type === 'channel_join')));
        case 'read_update': return onReadElsewhere(state, id, frame.payload);
        case 'resumed': return onRoom(state, id, (room) => ({ ...room, seq: Math.max(room.seq, frame.payload.seq) }));
        default: return onEvent(state, id, frame);
    }
}

function onHello(state, payload) {
    const ext = payload.ext ?? {};
    const isSomebodyElse = state.me && state.me.username !== payload.user.username;
    const known = isSomebodyElse || !state.ready ? { ...initialState, link: state.link } : state;
    let next = { ...known, me: payload.user, limits: { ...known.limits, ...ext.limits }, ready: true };
    const told = new Map((ext.rooms ?? []).map((room) => [room.channel_id, room]));
    for (const id of Object.keys(next.rooms).map(Number)) {
        // A room that one only visits is not listed, and is joined again while it is being looked at.
        if (told.has(id)) continue;
        next = id !== next.current ? without(next, id)
            : onRoom(next, id, (room) => ({ ...room, live: false, told: false }));
    }
    for (const [id, room] of told) next = withHelloRoom(next, id, room);
    return next;
}

function withHelloRoom(state, id, told) {
    if (told.result === 'gone') return without(state, id);
    const live = told.result === 'replayed' || told.result === 'gap';
    return onRoom(withTold(state, id, told), id, (room) => ({ ...room, live, told: false }));
}

/** What a hello or a join tells of a room: what it is, and how its log stands to what was seen of it. */
function withTold(state, id, told) {
    const known = state.rooms[id];
    const next = onRoom(withRoom(state, id), id, (room) => withPosition(withDescription(room, told), told));
    if (!known || known.epoch === null || told.result === 'replayed') return next;
    if (told.reset || known.epoch !== told.epoch) return onTimeline(next, id, () => emptyTimeline);
    return told.seq > known.seq ? onTimeline(next, id, withGap) : next;
}

/** One's own join: the room, and who is there. */
function onJoined(state, id, payload) {
    return onRoom(withTold(state, id, payload), id, (room) => {
        const isReturning = id === state.current && room.unread > 0 && room.read > 0;
        const lineAt = isReturning ? room.read : room.lineAt;
        return { ...withPresence(room, payload), live: true, told: true, lineAt };
    });
}

function onTyping(state, id, { user, state: typing }, now) {
    const name = nameOf(user);
    if (!name || name === state.me?.username) return state;
    const typists = { ...state.typing[id] };
    if (typing === 'stopped') delete typists[name];
    else typists[name] = now + TYPING_MS;
    return { ...state, typing: { ...state.typing, [id]: typists } };
}

function onReadElsewhere(state, id, { user, seq, unread, mentions }) {
    const name = foldName(nameOf(user));
    if (name && name !== foldName(state.me.username) && name !== state.me.id) return state;
    return onRoom(state, id, (room) => (
        { ...room, read: Math.max(room.read, seq), unread: unread ?? 0, mentions: mentions ?? 0 }));
}

/** An event of a room's log: its place in the log first, then what it says. */
function onEvent(state, id, frame) {
    const room = state.rooms[id];
    const place = Number.isInteger(frame.seq) ? placeOf(room, frame) : 'next';
    let next = state;
    if (place === 'reset') next = onTimeline(next, id, () => emptyTimeline);
    if (place === 'hole') next = onTimeline(next, id, withGap);
    // A message is told apart by its id, so one that comes again harms nothing and one out of order is not lost.
    if (place === 'old' && frame.type !== 'chat_send') return state;
    next = applied(next, id, frame);
    if (!Number.isInteger(frame.seq) || place === 'old') return next;
    return onRoom(next, id, (known) => ({ ...known, epoch: frame.epoch ?? known.epoch, seq: frame.seq }));
}

function applied(state, id, { type, payload, ...envelope }) {
    switch (type) {
        case 'chat_send': return onMessage(state, id, readMessage(payload, envelope));
        case 'chat_edited': return onTimeline(state, id, (known) => withEdit(known, payload));
        case 'chat_deleted': return onTimeline(state, id, (known) => withDeletion(known, payload.message_id));
        case 'chat_react_add': return onTimeline(state, id, (known) => withReaction(known, payload, true));
        case 'chat_react_remove': return onTimeline(state, id, (known) => withReaction(known, payload, false));
        case 'chat_kick': return onRemoval(state, id, payload, null);
        case 'chat_ban': return onRemoval(state, id, payload, 'banned');
        case 'chat_unban': return onRoom(state, id, (room) => withMember(room, payload.target, null));
        case 'chat_mute': return onSanction(state, id, payload.target, {
            status: 'muted', until: endOf(payload, envelope), reason: payload.reason ?? '' });
        case 'chat_unmute': return onSanction(state, id, payload.target, { status: 'active', until: null, reason: '' });
        case 'member_update': return onMembership(state, id, payload);
        case 'room_updated': return onRoom(state, id, (room) => withDescription(room, settingsOf(payload.room)));
        case 'room_deleted': return without(state, id);
        default: return state;
    }
}

function onProfile(state, user) {
    return nameOf(user) === state.me?.username ? { ...state, me: { ...state.me, ...user } } : state;
}

/** What of a room's description is the same for everybody. */
function settingsOf({ title, topic, alias, access } = {}) {
    return { title, topic, alias, access };
}

/** When a mute ends: the moderator gave seconds, 0 for never. */
function endOf({ duration, until }, { timestamp }) {
    if (until) return until;
    return duration > 0 ? new Date(Date.parse(timestamp) + duration * 1000).toISOString() : null;
}

function onMessage(state, id, message) {
    const mine = message.sender.username === state.me?.username;
    const sent = mine ? state.outbox.find((entry) => isEchoOf(entry, id, message)) : null;
    const shown = sent ? { ...message, key: sent.id } : message;
    let next = onTimeline(state, id, (known) => withLive(known, shown));
    next = onRoom(next, id, (room) => withUnread(room, message, state.me?.username));
    if (sent) {
        next = { ...next, outbox: next.outbox.map((entry) => (
            entry === sent ? { ...entry, echo: message.id } : entry)) };
    }
    const typists = next.typing[id];
    if (!typists?.[message.sender.username]) return next;
    const { [message.sender.username]: _, ...others } = typists;
    return { ...next, typing: { ...next.typing, [id]: others } };
}

/** The broadcast of one's own message may come before its acknowledgement: until then, equal text stands for it. */
function isEchoOf(entry, id, message) {
    return entry.room === id && entry.phase === 'sending' && !entry.echo
        && entry.text.normalize('NFC') === message.content;
}

/** The server has stored a sent message: it is now one like all others, in the row that it had. */
function acknowledged(state, id, stored, epoch) {
    const entry = state.outbox.find((known) => known.id === id);
    if (!entry) return state;
    const next = { ...state, outbox: state.outbox.filter((known) => known !== entry) };
    const room = next.rooms[entry.room];
    const placed = onTimeline(next, entry.room, (known) => {
        const message = { ...stored, key: id };
        if (known.items.some((other) => other.id === stored.id)) return known;
        return room && room.epoch === (epoch ?? room.epoch) ? withLive(known, message) : known;
    });
    return onRoom(placed, entry.room, (known) => ({ ...known, counted: Math.max(known.counted, stored.seq) }));
}

function onRemoval(state, id, { target }, status) {
    if (nameOf(target) === state.me?.username) return without(state, id);
    return onRoom(state, id, (room) => withMember(
        withPresent(room, target, false), nameOf(target), status ? { status } : null));
}

function onSanction(state, id, target, change) {
    const name = nameOf(target);
    return onRoom(state, id, (room) => {
        const changed = withMember(room, name, change);
        return name === state.me?.username ? { ...changed, ...change } : changed;
    });
}

function onMembership(state, id, { user, role, status, action }) {
    const name = nameOf(user);
    const isGone = !status || status === 'none';
    if (name === state.me?.username) {
        if (action === 'left' || action === 'rejected') return without(state, id);
        return onRoom(state, id, (room) => ({ ...room, role: role ?? null, status: isGone ? null : status }));
    }
    return onRoom(state, id, (room) => withMember(room, name, isGone ? null : {
        role, status, online: Boolean(room.online[name]),
        ...(typeof user === 'object' && { display_name: user.display_name, is_guest: user.is_guest }) }));
}

// MARK: Questions

/** One's rooms in the order of the list: unread mentions do not move rooms, so that hands find them where they were. */
export function roomsInOrder(state) {
    return Object.values(state.rooms).sort((left, right) => (
        roomTitle(left).localeCompare(roomTitle(right), undefined, { numeric: true }) || left.id - right.id));
}

/** Everybody known in a room, best role first, then by name. */
export function peopleOf(room) {
    const people = new Map(Object.entries(room.online).map(([name, user]) => [name, { ...user, online: true }]));
    for (const [name, member] of Object.entries(room.members ?? {})) {
        people.set(name, { ...people.get(name), ...member, online: people.has(name) });
    }
    return [...people.values()].sort((left, right) => (
        rank(right.role) - rank(left.role) || left.username.localeCompare(right.username)));
}

/** The usernames of those who are in a room or have been heard in it. */
export function namesKnownIn(state, id) {
    const room = state.rooms[id];
    const heard = state.timelines[id]?.items.map((message) => message.sender.username) ?? [];
    return new Set([...heard, ...Object.keys(room?.online ?? {}), ...Object.keys(room?.members ?? {})]);
}

/** Unread messages and mentions over all rooms. */
export function totals(state) {
    return Object.values(state.rooms).reduce((sum, room) => (
        { unread: sum.unread + room.unread, mentions: sum.mentions + room.mentions }), { unread: 0, mentions: 0 });
}
