import { h, icon } from './dom.js';
import { openDialog, openHelp } from './dialog.js';
import { displayName } from './text.js';
import { accountForm } from './welcome.js';
import { theme } from '../session/saved.js';

const themes = [['auto', 'Auto'], ['light', 'Light'], ['dark', 'Dark']];

/** Who one is, how the page looks, and the way out. */
export function openAccount(session) {
    const { me } = session.state;
    return openDialog({ title: displayName(me), kind: 'sheet' }, (close) => [
        h('p', { class: 'quiet' }, me.is_guest ? 'You are here as a guest.' : `Logged in as @${me.username}.`),
        themePicker(),
        me.is_guest && h('button', { type: 'button', class: 'menu-item', on: { click: () => {
            close();
            openAccountForm(session);
        } } }, icon('person'), 'Log in or create an account'),
        h('button', { type: 'button', class: 'menu-item', on: { click: () => {
            close();
            openHelp();
        } } }, icon('help'), 'Keys and commands'),
        h('button', { type: 'button', class: 'menu-item is-danger', on: { click: () => {
            close();
            session.account.signOut();
        } } }, icon('leave'), me.is_guest ? 'Leave' : 'Log out'),
    ]);
}

/** Rooms belong to accounts: a guest who wants to make one is shown the way to an account. */
export function openSignUp(session) {
    return openDialog({ title: 'Create an account first' }, (close) => [
        h('p', {}, 'Guests cannot make rooms. With an account you can, and what you wrote as a guest goes with you.'),
        accountForm(session, close, 'signup')]);
}

function openAccountForm(session) {
    return openDialog({ title: 'Your account' }, (close) => [accountForm(session, close)]);
}

function themePicker() {
    const current = theme.get() ?? 'auto';
    return h('fieldset', { class: 'segments' }, h('legend', { class: 'visually-hidden' }, 'Appearance'),
        themes.map(([value, label]) => h('label', {},
            h('input', {
                type: 'radio', name: 'theme', value, checked: value === current,
                on: { change: () => applyTheme(value) },
            }), h('span', {}, icon(value), label))));
}

/** Dark, light, or what the system says. */
export function applyTheme(choice) {
    theme.set(choice === 'auto' ? null : choice);
    if (choice === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
}
