import { h } from './dom.js';
import { foldName } from '../state/timeline.js';

const hues = 12;

/** Which of the avatar colours somebody has: the same for everybody, on every page. */
export function hueOf(name) {
    let hash = 2166136261;
    for (const unit of name) hash = Math.imul(hash ^ unit.codePointAt(0), 16777619);
    return (hash >>> 0) % hues;
}

/** One or two letters that stand for a name. */
export function initials(name) {
    const guest = /^Guest\d*(\d{2})$/.exec(name);
    if (guest) return guest[1];
    const words = name.split(/[\s._-]+/u).filter(Boolean);
    const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0] ?? '?'];
    return letters.map((word) => [...word][0]).join('').toLocaleUpperCase();
}

export function displayName(user) {
    return user?.display_name || user?.username || '?';
}

export function avatar(user, size = '') {
    const name = user?.username ?? '?';
    const kind = `avatar hue-${hueOf(name)} ${size}`;
    return h('span', { class: kind, 'aria-hidden': 'true' }, initials(displayName(user)));
}

const timeFormat = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit' });
const fullFormat = new Intl.DateTimeFormat([], { dateStyle: 'full', timeStyle: 'short' });
const dayFormat = new Intl.DateTimeFormat([], { weekday: 'long', day: 'numeric', month: 'long' });
const farDayFormat = new Intl.DateTimeFormat([], { day: 'numeric', month: 'long', year: 'numeric' });
const relativeDay = new Intl.RelativeTimeFormat([], { numeric: 'auto' });

export const timeText = (at) => timeFormat.format(at);

/** The time without its half of the day, where there is little room and the messages around it tell. */
export const shortTimeText = (at) => timeFormat.formatToParts(at)
    .filter(({ type }) => type !== 'dayPeriod').map(({ value }) => value).join('').trim();

export const fullTimeText = (at) => fullFormat.format(at);

/** A local calendar day, as something to compare. */
export function dayOf(at) {
    const date = new Date(at);
    return date.getFullYear() * 10_000 + date.getMonth() * 100 + date.getDate();
}

export function dayText(at, now = Date.now()) {
    const midnight = (time) => new Date(time).setHours(12, 0, 0, 0);
    const days = Math.round((midnight(at) - midnight(now)) / 86_400_000);
    if (days >= -1 && days <= 0) {
        const word = relativeDay.format(days, 'day');
        return word.charAt(0).toLocaleUpperCase() + word.slice(1);
    }
    return new Date(at).getFullYear() === new Date(now).getFullYear() ? dayFormat.format(at) : farDayFormat.format(at);
}

/** `1 message`, `3 messages`. */
export function counted(count, one, many = `${one}s`) {
    return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}

const piece = /(https?:\/\/[^\s<>"]+)|(?<![\p{L}\p{N}_])@([\p{L}\p{N}._-]+)/giu;

/**
 * A message's text with its addresses as links and its mentions marked.
 *
 * @param {string} text @param {string[]} mentions Folded names. @param {string} me
 * @returns {(Node | string)[]}
 */
export function richText(text, mentions, me) {
    const parts = [];
    let end = 0;
    for (const match of text.matchAll(piece)) {
        const [found, address] = match;
        const part = address ? link(address) : mention(found, mentions, me);
        if (!part) continue;
        parts.push(text.slice(end, match.index), part.node);
        end = match.index + part.length;
    }
    parts.push(text.slice(end));
    return parts.filter((part) => part !== '');
}

function link(address) {
    // A full stop or bracket after an address belongs to the sentence.
    const href = address.replace(/[.,;:!?'"]+$/u, '').replace(/\)+$/u, (tail) => (address.includes('(') ? tail : ''));
    if (!URL.canParse(href)) return null;
    return { length: href.length, node: h('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' }, href) };
}

function mention(found, mentions, me) {
    const typed = found.slice(1);
    const name = [typed, typed.replace(/[.-]+$/u, '')].find((known) => mentions.includes(foldName(known)));
    if (!name) return null;
    const isMe = foldName(name) === foldName(me);
    return { length: name.length + 1, node: h('span', { class: isMe ? 'mention is-me' : 'mention' }, `@${name}`) };
}

/** The names of those who did something: `Ann, Bob and 3 others`. */
export function namesText(names, total = names.length) {
    const shown = names.slice(0, 3);
    const others = total - shown.length;
    if (others > 0 && shown.length === 0) return counted(total, 'person', 'people');
    if (others > 0) return `${shown.join(', ')} and ${counted(others, 'other')}`;
    return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : shown[0] ?? '';
}
