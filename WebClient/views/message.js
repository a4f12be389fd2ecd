import { h, icon, iconButton } from './dom.js';
import { foldName } from '../state/timeline.js';
import { avatar, displayName, fullTimeText, namesText, richText, shortTimeText, timeText } from './text.js';

/** The reactions of the protocol, in the order of the picker. */
export const emotes = ['👍', '😍', '🔥', '😂', '😭'];

export const emoteNames = { '👍': 'Thumbs up', '😍': 'Love', '🔥': 'Fire', '😂': 'Laughing', '😭': 'Crying' };

/**
 * A row of the log: what stands before a message (a new day, the unread line), and the message.
 *
 * Buttons carry `data-act`; the log listens for all of them at once.
 *
 * @param {object} message A stored message, or one on its way (`phase`).
 * @param {{ day: string | null, isUnread: boolean, isFirst: boolean, me: string, quoted: object | null }} place
 */
export function messageRow(message, { day, isUnread, isFirst, me, quoted }) {
    const isOwn = message.sender.username === me;
    const kind = ['message', isFirst && 'is-first', isOwn && 'is-own', message.phase && `is-${message.phase}`,
        message.mentions.includes(foldName(me)) && !isOwn && 'is-for-me', message.deleted && 'is-deleted'];
    return h('div', { class: 'row', tabindex: '-1', data: { key: message.key, id: message.id } },
        day && h('div', { class: 'divider', role: 'separator', 'aria-label': day }, h('span', {}, day)),
        isUnread && h('div', { class: 'divider unread-line', role: 'separator', 'aria-label': 'New messages' },
            h('span', {}, 'New')),
        h('article', { class: kind.filter(Boolean).join(' ') },
            h('div', { class: 'gutter' },
                isFirst ? avatar(message.sender) : timeOf(message, 'side-time', shortTimeText)),
            h('div', { class: 'body' },
                isFirst ? header(message) : h('span', { class: 'visually-hidden' }, `${displayName(message.sender)}:`),
                message.replyTo && quote(message, quoted),
                textOf(message, me),
                reactionsOf(message, me),
                message.phase === 'failed' && failure(message)),
            stateOf(message, isOwn)));
}

function header({ sender, at, ...message }) {
    const name = displayName(sender);
    return h('header', {},
        h('bdi', { class: 'name', title: sender.username }, name),
        name !== sender.username && h('span', { class: 'username' }, sender.username),
        sender.is_guest && name !== sender.username && h('span', { class: 'tag' }, 'guest'),
        timeOf({ at, ...message }, 'time'));
}

function timeOf({ at }, kind, text = timeText) {
    return h('time', { class: kind, datetime: new Date(at).toISOString(), title: fullTimeText(at) }, text(at));
}

function quote({ replyTo }, quoted) {
    const text = quoted ? quoted.deleted ? 'Message deleted' : quoted.content : 'Show the message this answers';
    return h('button', { type: 'button', class: 'quote', data: { act: 'jump', to: replyTo } },
        icon('reply'),
        quoted && h('bdi', { class: 'quote-name' }, displayName(quoted.sender)),
        h('span', { class: 'quote-text' }, text.slice(0, 200)));
}

function textOf(message, me) {
    if (message.deleted) return h('div', { class: 'text tombstone' }, 'Message deleted');
    return h('div', { class: 'text', dir: 'auto' },
        richText(message.content, message.mentions, me),
        message.edited && h('span', { class: 'edited' }, ' (edited)'));
}

function reactionsOf({ reactions }, me) {
    const given = Object.entries(reactions ?? {});
    if (given.length === 0) return null;
    return h('div', { class: 'reactions' }, given.map(([emote, { count, users }]) => {
        const isMine = users.includes(me);
        const who = `${emoteNames[emote] ?? emote}: ${namesText(users, count)}`;
        return h('button', {
            type: 'button', class: 'reaction', 'aria-pressed': String(isMine), 'aria-label': who, title: who,
            data: { act: `react ${emote}` },
        }, h('span', { 'aria-hidden': 'true' }, emote), h('span', { class: 'count' }, String(count)));
    }));
}

function failure({ why }) {
    return h('div', { class: 'failure', role: 'alert' }, icon('alert'), h('span', {}, why ?? 'Not sent.'),
        h('button', { type: 'button', class: 'text-button', data: { act: 'retry' } }, 'Try again'),
        h('button', { type: 'button', class: 'text-button', data: { act: 'discard' } }, 'Discard'));
}

/** Own messages tell how far they got; those of an earlier page have long arrived. */
function stateOf(message, isOwn) {
    if (!isOwn || message.deleted) return null;
    const isOld = !message.phase && message.key === message.id;
    if (message.phase === 'failed' || isOld) return null;
    const [name, label] = message.phase ? ['clock', 'Sending'] : ['check', 'Sent'];
    return h('span', { class: `state state-${name}`, title: label, role: 'img', 'aria-label': label }, icon(name));
}

/** The buttons that float over the message under the pointer or the focus. */
export function toolbar({ mayEdit, mayRemove, mayReact, mayReply }) {
    const button = (act, name, label) => iconButton(name, label, null, { data: { act } });
    return h('div', { class: 'toolbar', role: 'toolbar', 'aria-label': 'Message actions' },
        mayReact && emotes.map((emote) => h('button', {
            type: 'button', class: 'icon-button emote', 'aria-label': `React: ${emoteNames[emote]}`,
            title: emoteNames[emote], data: { act: `react ${emote}` },
        }, emote)),
        mayReply && button('reply', 'reply', 'Reply'),
        mayEdit && button('edit', 'edit', 'Edit'),
        mayRemove && button('remove', 'trash', 'Delete'));
}
