/**
 * What outlives the page. Storage may be switched off or full: then things are forgotten, and nothing breaks.
 */

function attempt(act, fallback = null) {
    try {
        return act();
    } catch {
        return fallback;
    }
}

function read(storage, key) {
    const text = attempt(() => storage().getItem(key));
    return text === null ? null : attempt(() => JSON.parse(text));
}

function write(storage, key, value) {
    attempt(() => (value === null ? storage().removeItem(key) : storage().setItem(key, JSON.stringify(value))));
}

const tab = () => sessionStorage;
const device = () => localStorage;
const credentialKey = 'parley.credential';

/**
 * The token at hand: `{ token, guest, expiresAt }`, `expiresAt` in Unix milliseconds or null.
 *
 * It lives as long as the tab; on the device only for those who asked to stay signed in.
 */
export const credential = {
    get: () => read(tab, credentialKey) ?? read(device, credentialKey),
    get stays() {
        return read(device, credentialKey) !== null;
    },
    set(value, { stay = credential.stays } = {}) {
        write(tab, credentialKey, stay ? null : value);
        write(device, credentialKey, stay ? value : null);
    },
    clear() {
        write(tab, credentialKey, null);
        write(device, credentialKey, null);
    },
};

/** What was being written in a room and not sent. */
export const drafts = {
    get: (user, room) => read(device, `parley.draft.${user}.${room}`) ?? '',
    set: (user, room, text) => write(device, `parley.draft.${user}.${room}`, text || null),
};

/**
 * Messages that the server has not acknowledged, each under a key of its own so that two tabs do not overwrite each
 * other's. Sending one twice is harmless: its id is its idempotency key.
 */
export const unsent = {
    put: (user, entry) => write(device, `parley.unsent.${user}.${entry.id}`, entry),
    remove: (user, id) => write(device, `parley.unsent.${user}.${id}`, null),
    all(user) {
        const prefix = `parley.unsent.${user}.`;
        const keys = attempt(() => Object.keys(device()), []);
        return keys.filter((key) => key.startsWith(prefix)).map((key) => read(device, key)).filter(Boolean)
            .sort((left, right) => left.at - right.at);
    },
};

/** Where this tab stood in each room, to take up from there after a reload: `{ user, session, rooms }`. */
export const position = {
    get: () => read(tab, 'parley.position'),
    set: (value) => write(tab, 'parley.position', value),
};

/** The room that was looked at last. */
export const lastRoom = {
    get: (user) => read(device, `parley.room.${user}`),
    set: (user, room) => write(device, `parley.room.${user}`, room),
};

/** `dark`, `light`, or null to follow the system. `theme.js` reads the same key, as plain text. */
export const theme = {
    get: () => attempt(() => localStorage.getItem('parley.theme')),
    set: (value) => attempt(() => (
        value ? localStorage.setItem('parley.theme', value) : localStorage.removeItem('parley.theme'))),
};
