import { h, icon } from './dom.js';
import { openDialog } from './dialog.js';
import { emoteNames, emotes } from './message.js';
import { displayName, namesText, timeText } from './text.js';
import { mayModerate, silence } from '../state/rooms.js';

/** What the reader may do with a message; the server decides, this only spares vain offers. */
export function permissions({ me, rooms, current }, message) {
    const room = rooms[current];
    const isOwn = message.sender.username === me?.username;
    const maySpeak = room.status !== 'muted' && room.status !== 'pending';
    return {
        mayReact: maySpeak, mayReply: silence(room, me) === null, mayEdit: isOwn && maySpeak,
        mayRemove: isOwn || mayModerate(room, me),
    };
}

/**
 * The same acts as the floating buttons, large enough for fingers, and who reacted.
 *
 * @returns {Promise<string | undefined>} The act that was chosen, as in `data-act`.
 */
export function openMessageSheet(session, room, message) {
    const may = permissions(session.state, message);
    const title = `${displayName(message.sender)}, ${timeText(message.at)}`;
    return openDialog({ title, kind: 'sheet' }, (close) => {
        const choice = (act, name, label, kind = '') => h('button', {
            type: 'button', class: `menu-item ${kind}`, on: { click: () => close(act) },
        }, icon(name), label);
        return [
            h('p', { class: 'sheet-text' }, message.content),
            may.mayReact && h('div', { class: 'emote-row' }, emotes.map((emote) => h('button', {
                type: 'button', class: 'emote', 'aria-label': `React: ${emoteNames[emote]}`,
                on: { click: () => close(`react ${emote}`) },
            }, emote))),
            reactors(session, room, message),
            may.mayReply && choice('reply', 'reply', 'Reply'),
            may.mayEdit && choice('edit', 'edit', 'Edit'),
            may.mayRemove && choice('remove', 'trash', 'Delete', 'is-danger'),
        ];
    });
}

function reactors(session, room, message) {
    const given = Object.entries(message.reactions);
    if (given.length === 0) return null;
    return h('ul', { class: 'reactors' }, given.map(([emote, { count, users }]) => {
        const names = h('span', {}, namesText(users, count));
        if (count > Math.min(3, users.length)) {
            session.reactors(room, message.id, emote).then((all) => {
                names.textContent = all.join(', ');
            }, () => {});
        }
        return h('li', {}, h('span', { 'aria-hidden': 'true' }, emote), names);
    }));
}
