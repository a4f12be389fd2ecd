import { foldName } from './timeline.js';

/**
 * What a text in the composer asks for: a message or one of the typed moderation commands.
 *
 * @typedef {{ kind: 'message', text: string }
 *     | { kind: 'act', type: string, target: string, duration?: number, reason?: string }
 *     | { kind: 'help' } | { kind: 'usage', text: string }} Input
 */

const usages = {
    kick: '/kick name [reason]',
    mute: '/mute name [duration] [reason]',
    unmute: '/unmute name',
    ban: '/ban name [duration] [reason]',
    unban: '/unban name',
    help: '/help',
};

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * A duration as our own clients write it: whole seconds, a number with one of `s m h d w`, or `perm`.
 *
 * @param {string} word
 * @returns {number | null} Seconds, 0 for ever; null when the word is no duration.
 */
export function parseDuration(word) {
    if (/^perm$/i.test(word)) return 0;
    const match = /^(-?\d+)([smhdw]?)$/i.exec(word);
    return match ? Number(match[1]) * (unitSeconds[match[2].toLowerCase()] ?? 1) : null;
}

/** As above, but like the reference parser takes any integer prefix for seconds: `5.9` is 5, `-3x` is -3. */
function parseDurationPrefix(word) {
    const exact = parseDuration(word);
    if (exact !== null) return exact;
    const prefix = Number.parseInt(word, 10);
    return Number.isNaN(prefix) ? null : prefix;
}

/**
 * Only a `/` as the very first character makes a command; after a blank it is an ordinary message.
 *
 * @param {string} raw The text as typed.
 * @returns {Input}
 */
export function parseInput(raw) {
    if (!raw.startsWith('/')) return { kind: 'message', text: raw.trim() };
    const [name = '', ...words] = raw.trim().slice(1).split(/\s+/);
    switch (name.toLowerCase()) {
        case 'kick': return act('kick', words, null);
        case 'mute': return act('mute', words, parseDurationPrefix);
        case 'ban': return act('ban', words, parseDuration);
        case 'unmute': return act('unmute', words.slice(0, 1), null);
        case 'unban': return act('unban', words.slice(0, 1), null);
        case 'help': return { kind: 'help' };
        default: return { kind: 'usage', text: `Unknown command. Try ${Object.values(usages).join(', ')}.` };
    }
}

function act(name, [word = '', ...rest], durationOf) {
    const target = word.replace(/^@/, '');
    if (!target) return { kind: 'usage', text: `Usage: ${usages[name]}` };
    const input = { kind: 'act', type: `chat_${name}`, target };
    const duration = durationOf && rest.length > 0 ? durationOf(rest[0]) : null;
    if (duration !== null) input.duration = duration;
    const reason = (duration === null ? rest : rest.slice(1)).join(' ');
    if (reason) input.reason = reason;
    return input;
}

/** A typed name in its owner's spelling, where it is one of the known names but for the case; else as it was typed. */
export function spelledAs(name, known) {
    const names = [...known];
    if (names.includes(name)) return name;
    const alike = names.filter((other) => foldName(other) === foldName(name));
    return alike.length === 1 ? alike[0] : name;
}

/** The usernames that a text addresses with `@`, among those who are known here; at most 50. */
export function mentionsIn(text, known) {
    const spellings = new Map([...known].map((name) => [foldName(name), name]));
    const found = new Set();
    for (const [, name] of text.matchAll(/(?<![\p{L}\p{N}_])@([\p{L}\p{N}._-]+)/gu)) {
        const hit = spellings.get(foldName(name)) ?? spellings.get(foldName(name.replace(/[.-]+$/u, '')));
        if (hit && found.size < 50) found.add(hit);
    }
    return [...found];
}
