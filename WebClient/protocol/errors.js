/** What the server refused, as its `error` frames and REST answers say it. */
export class ChatError extends Error {
    /**
     * @param {{ detail?: string, code?: string, retry_after_ms?: number, until?: string, reason?: string }} payload
     */
    constructor(payload) {
        super(payload.detail ?? 'The server refused this.');
        this.code = payload.code ?? 'unknown';
        this.retryAfterMs = Number.isFinite(payload.retry_after_ms) ? payload.retry_after_ms : null;
        this.until = payload.until ?? null;
        this.reason = payload.reason ?? null;
    }
}

/** The link went away before an answer came: whether the server acted is not known. */
export class LinkLost extends Error {
    constructor() {
        super('The connection was lost.');
        this.code = 'link_lost';
    }
}

const words = {
    link_lost: 'The connection was lost. Try again when you are back online.',
    auth_invalid: 'Your session has ended. Please log in again.',
    auth_expired: 'Your session has expired. Please log in again.',
    account_disabled: 'This account has been switched off. Ask an administrator.',
    guest_unavailable: 'The server has no room for another guest right now. Try again later.',
    guests_disabled: 'Guests are not allowed here. Log in or create an account.',
    signup_closed: 'New accounts are not open on this server.',
    username_taken: 'That name is taken. Try another one.',
    no_such_user: 'There is nobody by that name.',
    too_many_connections: 'You are connected from too many places. Close another tab first.',
    forbidden: 'You are not allowed to do that here.',
    not_member: 'You are not in this room.',
    pending: 'Your request to join is waiting for approval.',
    invite_required: 'This room is by invitation only.',
    kicked_recently: 'You were removed from this room. Wait a little before you come back.',
    not_self: 'You cannot do that to yourself.',
    no_such_room: 'This room does not exist.',
    no_such_message: 'That message is not there any more.',
    no_such_target: 'There is nobody by that name in this room.',
    room_exists: 'A room with that name exists already.',
    alias_taken: 'That short name is taken.',
    not_muted: 'This person is not muted.',
    not_banned: 'This person is not banned.',
    not_pending: 'This request has been answered already.',
    bad_message: 'The server did not accept this.',
    invalid_argument: 'The server did not accept this.',
    empty_message: 'Write something first.',
    message_too_long: 'This message is too long.',
    invalid_duration: 'That duration does not work. Use seconds, or 10m, 2h, 7d, 4w, perm; ten years at most.',
    reason_too_long: 'Keep the reason under 255 characters.',
    successor_required: 'You are the last owner. Make somebody else an owner before you leave.',
    rate_limited: 'That was a bit fast. Try again in a moment.',
    slow_mode: 'This room is in slow mode. Wait a moment before the next message.',
    room_full: 'This room is full.',
    too_many_rooms: 'You are in too many rooms. Leave one first.',
    too_many_reactions: 'This message has all the reactions it can hold.',
    storage_full: 'The server cannot store anything right now.',
    unavailable: 'The server is busy. Try again in a moment.',
    internal: 'Something went wrong on the server. Try again in a moment.',
};

/**
 * An error in words for people.
 *
 * @param {Error & { code?: string }} error
 * @returns {string} One or two sentences.
 */
export function inWords(error) {
    switch (error.code) {
        case 'muted': return sanction('You are muted in this room', error);
        case 'banned': return sanction('You are banned from this room', error);
        default: return words[error.code] ?? error.message;
    }
}

function sanction(what, { until, reason }) {
    const end = until ? new Date(until) : null;
    const time = end && !Number.isNaN(end.getTime())
        ? ` until ${end.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}` : '';
    return `${what}${time}.${reason ? ` Reason: ${reason}` : ''}`;
}
