/**
 * The part of one room's history that is in memory: a window without holes onto the messages, and whether there is
 * more on either side. Every function takes a timeline and returns a new one, or the same one when nothing changed.
 *
 * @typedef {object} Message
 * @property {string} id The server's id.
 * @property {string} key What its row is known by on the page; stays when a sent message becomes a stored one.
 * @property {number} seq Its position in the room's log.
 * @property {number} at Unix milliseconds.
 * @property {{ username: string, is_guest?: boolean, display_name?: string }} sender
 * @property {string} content
 * @property {string | null} replyTo Id of the message that it answers.
 * @property {string[]} mentions Whom it names, in the one form that `foldName` gives.
 * @property {boolean} edited
 * @property {boolean} deleted
 * @property {Object<string, { count: number, users: string[] }>} reactions By emote; `users` may be fewer than `count`.
 *
 * @typedef {object} Timeline
 * @property {boolean} loaded Whether a page has ever arrived.
 * @property {boolean} stale Whether events were missed that only a new look at the history brings.
 * @property {boolean} before Whether older messages exist outside the window.
 * @property {boolean} after Whether newer messages exist outside the window.
 * @property {Message[]} items Ascending by `seq`.
 */

/** How many messages a window holds at most; the rest is one page away. */
export const WINDOW = 240;

/** How many messages a page asks for. */
export const PAGE = 60;

export const emptyTimeline = Object.freeze({ loaded: false, stale: false, before: false, after: false, items: [] });

/** A message of the wire, live or from a page, as the page keeps it. */
export function readMessage(payload, { id, seq, timestamp }) {
    return {
        id,
        key: id,
        seq: Number(seq) || 0,
        at: Date.parse(timestamp) || Date.now(),
        sender: payload.sender ?? { username: '?' },
        content: payload.deleted ? '' : String(payload.content ?? ''),
        replyTo: payload.reply_to ?? null,
        mentions: readMentions(payload.mentions) ?? [],
        edited: Boolean(payload.edited_at) || payload.version > 1,
        deleted: payload.deleted === true,
        reactions: readReactions(payload.reactions, payload.reacted_by),
    };
}

/** The name in a user reference, which is a bare name or a user object. */
export function nameOf(user) {
    return typeof user === 'string' ? user : user?.username ?? '';
}

/** The form in which two spellings of one name are equal. */
export function foldName(name) {
    return name.toLowerCase();
}

function readMentions(mentions) {
    return Array.isArray(mentions) ? mentions.map((user) => foldName(nameOf(user))) : null;
}

function readReactions(counts, who) {
    const reactions = {};
    for (const [emote, count] of Object.entries(counts ?? {})) {
        if (count > 0) reactions[emote] = { count, users: (who?.[emote]?.users ?? []).map(nameOf) };
    }
    return reactions;
}

/** The first page, or one that replaces everything (a jump). */
export function withPage(messages, { before, after }) {
    return { loaded: true, stale: false, before, after, items: sorted(messages) };
}

/** Older messages in front of the window. What no longer fits falls off at its new end. */
export function withOlder(timeline, messages, before) {
    const items = merged(timeline.items, messages);
    const kept = items.slice(0, WINDOW);
    return { ...timeline, before, after: timeline.after || kept.length < items.length, items: kept };
}

/** Newer messages behind the window. What no longer fits falls off at its old end. */
export function withNewer(timeline, messages, after) {
    const items = merged(timeline.items, messages);
    const kept = items.slice(-WINDOW);
    return { ...timeline, after, before: timeline.before || kept.length < items.length, items: kept };
}

/** A message that just happened. A window that does not reach the present, or begins later, stays as it is. */
export function withLive(timeline, message) {
    if (!timeline.loaded || timeline.after) return timeline;
    if (timeline.before && timeline.items.length > 0 && message.seq < timeline.items[0].seq) return timeline;
    return withNewer(timeline, [message], false);
}

/** What a second look at `fromSeq` … brought: `complete` says that it reached the present. */
export function withRefreshed(timeline, messages, complete) {
    const last = messages.length > 0 ? messages[messages.length - 1].seq : 0;
    const known = complete ? timeline.items : timeline.items.filter((message) => message.seq <= last);
    return { ...withNewer({ ...timeline, items: known }, messages, !complete), stale: false };
}

/** Marks that events were missed. */
export function withGap(timeline) {
    return timeline.loaded ? { ...timeline, stale: true } : timeline;
}

/** Changes one message, if it is in the window. */
export function withChange(timeline, id, change) {
    const index = timeline.items.findIndex((message) => message.id === id);
    if (index < 0) return timeline;
    const items = timeline.items.slice();
    items[index] = { ...items[index], ...change(items[index]) };
    return { ...timeline, items };
}

export function withEdit(timeline, { message_id: id, content, mentions }) {
    return withChange(timeline, id, (message) => ({
        content: String(content ?? ''),
        edited: true,
        mentions: readMentions(mentions) ?? message.mentions,
    }));
}

export function withDeletion(timeline, id) {
    return withChange(timeline, id, () => ({ deleted: true, content: '', reactions: {} }));
}

export function withReaction(timeline, { message_id: id, emote, user }, added) {
    return withChange(timeline, id, (message) => {
        const name = nameOf(user);
        const old = message.reactions[emote] ?? { count: 0, users: [] };
        const users = old.users.filter((known) => known !== name);
        if (added && old.users.includes(name)) return {};
        const count = Math.max(0, old.count + (added ? 1 : -1));
        const reactions = { ...message.reactions };
        if (count === 0) delete reactions[emote];
        else reactions[emote] = { count, users: added && name ? [...users, name] : users };
        return { reactions };
    });
}

function sorted(messages) {
    return messages.slice().sort((left, right) => left.seq - right.seq);
}

/** Both lists in order, each message once; the newer copy wins but keeps the row it is shown in. */
function merged(known, fresh) {
    const byID = new Map(known.map((message) => [message.id, message]));
    for (const message of fresh) {
        const old = byID.get(message.id);
        byID.set(message.id, old ? { ...message, key: old.key } : message);
    }
    return sorted([...byID.values()]);
}
