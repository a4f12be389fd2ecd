/**
 * What is known of one room, and how the server's frames change it. Pure: a room goes in, a room comes out.
 *
 * @typedef {object} Room
 * @property {number} id The number that the wire calls `channel_id`.
 * @property {string} title @property {string} topic @property {string | null} alias
 * @property {string} kind `group`, `channel` or `direct`. @property {string} access
 * @property {string | null} role @property {string | null} status
 * @property {string | null} until When a mute ends, RFC 3339; null for one without end.
 * @property {string} reason Why one is muted, if the moderator said so.
 * @property {boolean} live Whether this connection receives the room's events.
 * @property {boolean} told Whether this connection was told by a join what the room is about and who is there.
 * @property {string | null} epoch @property {number} seq The last event that has been seen.
 * @property {number} counted Up to which event `unread` and `mentions` count.
 * @property {number} read @property {number} unread @property {number} mentions
 * @property {number | null} lineAt Where the unread line is drawn: after this event.
 * @property {Object<string, object>} online Who is present, by username; in a big room only some of them.
 * @property {number | null} present How many are present, as the server counts.
 * @property {Object<string, object> | null} members The stored members, once somebody asked for them.
 * @property {string | null} membersNext Where the next page of members begins.
 */

import { foldName, nameOf } from './timeline.js';

const ranks = { owner: 4, admin: 3, moderator: 2, member: 1 };

export function rank(role) {
    return ranks[role] ?? 0;
}

/** What to call a room. */
export function roomTitle(room) {
    return room.title || room.alias || `Room ${room.id}`;
}

export function blankRoom(id) {
    return {
        id, title: '', topic: '', alias: null, kind: 'group', access: 'public', role: null, status: null, until: null,
        reason: '', live: false, told: false, epoch: null, seq: 0, counted: 0, read: 0, unread: 0, mentions: 0,
        lineAt: null, online: {}, present: null, members: null, membersNext: null,
    };
}

const described = ['title', 'topic', 'alias', 'kind', 'access', 'role', 'status', 'read', 'unread', 'mentions'];

/** Takes over whatever of a room's description a frame carries. */
export function withDescription(room, payload) {
    const changed = { ...room };
    for (const field of described) {
        if (payload[field] !== undefined) changed[field] = payload[field];
    }
    changed.title ??= '';
    changed.topic ??= '';
    return changed;
}

/** The room as a hello or a join tells it: its log counts as seen, unless the events of it are still to come. */
export function withPosition(room, { epoch, seq, result }) {
    const position = Number(seq) || 0;
    const seen = result === 'replayed' ? room.seq : position;
    return { ...room, epoch: epoch ?? room.epoch, seq: seen, counted: position };
}

/** Who is present, from a list that may be cut short and the server's count. */
export function withPresence(room, { members, count }) {
    const online = members ? Object.fromEntries(members.map((user) => [nameOf(user), user])) : room.online;
    return { ...room, online, present: count ?? Object.keys(online).length };
}

/**
 * Where an event stands to what this room has seen: `next`, `old` (seen already), `hole` (events are missing before
 * it) or `reset` (the server's log begins anew).
 */
export function placeOf(room, { epoch, seq }) {
    if (room.epoch !== null && epoch !== undefined && epoch !== room.epoch) return 'reset';
    if (seq <= room.seq) return 'old';
    return seq === room.seq + 1 ? 'next' : 'hole';
}

/** Counts a message of somebody else that nobody has looked at yet. */
export function withUnread(room, message, me) {
    if (message.seq <= room.counted) return room;
    const counted = { ...room, counted: message.seq };
    if (message.sender.username === me) return counted;
    counted.unread += 1;
    if (message.mentions.includes(foldName(me))) counted.mentions += 1;
    return counted;
}

export function withPresent(room, user, isPresent) {
    const name = nameOf(user);
    if (!name || Boolean(room.online[name]) === isPresent) return room;
    const present = room.present === null ? null : Math.max(0, room.present + (isPresent ? 1 : -1));
    const online = { ...room.online };
    if (isPresent) online[name] = user;
    else delete online[name];
    return { ...room, online, present };
}

/** Changes a stored member where the list has been loaded; `change` of null removes him. */
export function withMember(room, name, change) {
    if (!room.members) return room;
    const members = { ...room.members };
    if (change) members[name] = { username: name, ...members[name], ...change };
    else delete members[name];
    return { ...room, members };
}

/** Whether `me` may see and use the moderation of this room. */
export function mayModerate(room, me) {
    return rank(room.role) >= ranks.moderator || me?.role === 'admin' || me?.role === 'moderator';
}

/** Whether `me` may change settings and roles. */
export function mayAdminister(room, me) {
    return rank(room.role) >= ranks.admin || me?.role === 'admin';
}

/** Why one cannot write here, in words; null when one can. */
export function silence(room, me) {
    if (room.status === 'pending') return 'Your request to join is waiting for approval.';
    if (room.status === 'muted') {
        const end = room.until ? new Date(room.until) : null;
        const time = end ? ` until ${end.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}` : '';
        return `You are muted here${time}.${room.reason ? ` Reason: ${room.reason}` : ''}`;
    }
    if (room.kind === 'channel' && !mayModerate(room, me)) return 'Only moderators write in this announcement room.';
    return null;
}
