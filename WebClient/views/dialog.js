import { h, iconButton } from './dom.js';

/**
 * Opens a modal dialog. The browser keeps the focus inside, gives it back afterwards and closes on Escape.
 *
 * @param {{ title: string, kind?: string }} options `kind` is a class: `sheet` for a menu, `switcher`, or none.
 * @param {(close: (value?: unknown) => void) => (Node | string | null)[]} build
 * @returns {Promise<unknown>} What `close` was called with; undefined when the user dismissed it.
 */
export function openDialog({ title, kind = '' }, build) {
    return new Promise((resolve) => {
        let result;
        const dialog = h('dialog', { class: `dialog ${kind}`, 'aria-label': title });
        const close = (value) => {
            result = value;
            dialog.close();
        };
        dialog.append(
            h('div', { class: 'dialog-head' }, h('h2', {}, title), iconButton('close', 'Close', () => close())),
            h('div', { class: 'dialog-body' }, ...build(close)));
        dialog.addEventListener('close', () => {
            dialog.remove();
            resolve(result);
        });
        // A press that began inside, such as selecting text, is not a wish to leave.
        dialog.addEventListener('pointerdown', (event) => {
            if (event.target === dialog) close();
        });
        document.body.append(dialog);
        dialog.showModal();
        dialog.querySelector('[autofocus]')?.focus();
    });
}

/** Whether a dialog is open, so that keys are its business. */
export function isDialogOpen() {
    return document.querySelector('dialog[open]') !== null;
}

/** Asks before something that cannot be taken back. */
export function confirmAct(title, text, act) {
    return openDialog({ title }, (close) => [
        h('p', {}, text),
        h('div', { class: 'dialog-actions' },
            h('button', { type: 'button', class: 'button', on: { click: () => close(false) } }, 'Cancel'),
            h('button', {
                type: 'button', class: 'button is-danger', autofocus: true, on: { click: () => close(true) },
            }, act)),
    ]);
}

/** A labelled field of a form. */
export function field(label, control, hint = null) {
    return h('label', { class: 'field' }, h('span', { class: 'field-label' }, label), control,
        hint && h('span', { class: 'field-hint' }, hint));
}

/**
 * A form that shows what went wrong and is busy while it works.
 *
 * @param {Node[]} fields @param {string} act The label of its button.
 * @param {(values: Object<string, string>) => Promise<void>} submit May throw; the message is shown.
 * @param {(error: Error) => string} wordsFor
 */
export function form(fields, act, submit, wordsFor) {
    const button = h('button', { type: 'submit', class: 'button is-primary' }, act);
    const fault = h('p', { class: 'fault', role: 'alert', hidden: true });
    const onSubmit = async (event) => {
        event.preventDefault();
        fault.hidden = true;
        button.disabled = true;
        try {
            await submit(Object.fromEntries(new FormData(event.target)));
        } catch (error) {
            fault.textContent = wordsFor(error);
            fault.hidden = false;
        } finally {
            button.disabled = false;
        }
    };
    return h('form', { class: 'form', on: { submit: onSubmit } }, ...fields, fault, button);
}

const keys = [
    ['Ctrl K', 'Switch room'], ['Alt ↑ / Alt ↓', 'Previous or next room'], ['↑', 'Edit your last message'],
    ['Enter', 'Send'], ['Shift Enter', 'New line'], ['Esc', 'Cancel, close, or mark the room read'],
    ['Page Up / Page Down', 'Scroll the messages'], ['↑ ↓ in the messages', 'Go from message to message'],
    ['Enter on a message', 'React, reply, edit or delete'], ['? or Ctrl /', 'This list'],
];

const commands = [
    ['/kick name [reason]', 'Remove somebody from the room'],
    ['/mute name [duration] [reason]', 'Stop somebody from writing; 60 seconds unless you say'],
    ['/unmute name', 'Let them write again'],
    ['/ban name [duration] [reason]', 'Keep somebody out, for ever unless you say'],
    ['/unban name', 'Let them back in'],
    ['/help', 'This list'],
];

/** What the keys and the slash commands do. */
export function openHelp() {
    const list = (entries, make) => h('dl', { class: 'help-list' },
        entries.map(([term, meaning]) => [h('dt', {}, make(term)), h('dd', {}, meaning)]));
    return openDialog({ title: 'Keys and commands', kind: 'help' }, () => [
        h('h3', {}, 'Keys'), list(keys, (term) => h('kbd', {}, term)),
        h('h3', {}, 'Commands'), list(commands, (term) => h('code', {}, term)),
        h('p', { class: 'field-hint' },
            'A duration is a number of seconds, or a number with s, m, h, d or w, or perm.'),
    ]);
}
