import { h } from './dom.js';
import { field, form } from './dialog.js';
import { inWords } from '../protocol/errors.js';

/** The first page: log in, sign up, or come in as a guest. */
export class Welcome {
    /** @param {{ session: object }} context */
    constructor({ session }) {
        this.fault = h('p', { class: 'fault', role: 'alert', hidden: true });
        this.element = h('main', { class: 'welcome' }, h('div', { class: 'card' },
            h('img', { src: '/icons/parley.svg', alt: '', width: '56', height: '56' }),
            h('h1', {}, 'Welcome to Parley'),
            h('p', { class: 'quiet' }, 'Rooms for talking, on a server of your own.'),
            this.fault,
            accountForm(session),
            h('p', { class: 'or' }, h('span', {}, 'or')),
            h('button', { type: 'button', class: 'button is-wide', on: {
                click: () => session.account.enterAsGuest({ stay: this.element.querySelector('[name=stay]').checked }),
            } }, 'Continue as guest')));
    }

    render(state) {
        const reason = state.notices.at(-1)?.text ?? '';
        this.fault.hidden = reason === '';
        if (this.fault.textContent !== reason) this.fault.textContent = reason;
    }
}

/** Log in or sign up, in one form with a switch. */
export function accountForm(session, onDone = () => {}, first = 'login') {
    const holder = h('div', { class: 'account-form' });
    const draw = (mode) => holder.replaceChildren(tabs(mode, draw), modeForm(session, mode, onDone));
    draw(first);
    return holder;
}

function tabs(mode, draw) {
    const tab = (value, label) => h('button', {
        type: 'button', class: 'tab', 'aria-pressed': String(value === mode), on: { click: () => draw(value) },
    }, label);
    return h('div', { class: 'tabs', role: 'group', 'aria-label': 'Log in or sign up' },
        tab('login', 'Log in'), tab('signup', 'Sign up'));
}

function modeForm(session, mode, onDone) {
    const isNew = mode === 'signup';
    return form([
        field('Name', h('input', {
            name: 'username', required: true, autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false',
            maxlength: '64',
        }), isNew ? '3 to 30 characters.' : null),
        field('Password', h('input', {
            name: 'password', type: 'password', required: true,
            autocomplete: isNew ? 'new-password' : 'current-password',
        }), isNew ? '8 to 30 characters with upper and lower case and a digit.' : null),
        h('label', { class: 'check' }, h('input', { type: 'checkbox', name: 'stay' }), 'Stay signed in on this device'),
    ], isNew ? 'Create account' : 'Log in', async ({ username, password, stay }) => {
        const act = isNew ? 'signUp' : 'logIn';
        await session.account[act](username.trim(), password, { stay: stay === 'on' });
        onDone();
    }, (error) => (error.code === 'http_401' ? 'The name or the password is wrong.'
        : error.code === 'http_409' ? 'That name is taken. Try another one.' : inWords(error)));
}
