import { h, icon, iconButton } from './dom.js';
import { openHelp } from './dialog.js';
import { counted, displayName } from './text.js';
import { parseInput, spelledAs } from '../state/commands.js';
import { roomTitle, silence } from '../state/rooms.js';
import { namesKnownIn } from '../state/store.js';
import { drafts } from '../session/saved.js';

/** How long after the last key somebody still counts as typing, in milliseconds. */
const IDLE_MS = 5000;

/** Where messages are written: new ones, answers and corrections. */
export class Composer {
    #room = null;
    #context = null;
    #idle = null;
    #limit = 4000;

    /** @param {{ store: object, session: object }} context */
    constructor({ store, session }) {
        this.store = store;
        this.session = session;
        this.input = h('textarea', {
            id: 'composer', rows: '1', dir: 'auto', autocomplete: 'off', enterkeyhint: 'send',
            'aria-describedby': 'composer-fault',
            on: { input: () => this.#onInput(), keydown: (event) => this.#onKey(event) },
        });
        this.grow = h('div', { class: 'grow' }, this.input);
        this.button = h('button', { type: 'submit', class: 'send', 'aria-label': 'Send', title: 'Send' }, icon('send'));
        this.bar = h('div', { class: 'composer-context', hidden: true });
        this.fault = h('p', { id: 'composer-fault', class: 'composer-fault', role: 'status' });
        this.form = h('form', { class: 'composer', on: { submit: (event) => this.#onSubmit(event) } },
            this.bar, h('div', { class: 'composer-line' }, this.grow, this.button), this.fault);
        this.note = h('p', { class: 'composer-note', hidden: true });
        this.element = h('div', { class: 'composer-area' }, this.form, this.note);
    }

    render(state) {
        const room = state.rooms[state.current];
        if (!room) return;
        this.#limit = state.limits.content ?? 4000;
        if (this.#room !== room.id) this.#enter(room, state.me);
        const why = silence(room, state.me);
        this.form.hidden = why !== null;
        this.note.hidden = why === null;
        if (this.note.textContent !== (why ?? '')) this.note.textContent = why ?? '';
        const label = `Message ${roomTitle(room)}`;
        if (this.input.placeholder !== label) {
            this.input.placeholder = label;
            this.input.setAttribute('aria-label', label);
        }
    }

    focus() {
        this.input.focus({ preventScroll: true });
    }

    reply(message) {
        this.#setContext({ kind: 'reply', message });
        this.focus();
    }

    edit(message) {
        this.#setContext({ kind: 'edit', message });
        this.#setText(message.content);
        this.focus();
    }

    /** Gives up an answer or correction. @returns {boolean} Whether there was one. */
    cancel() {
        if (!this.#context) return false;
        const wasEdit = this.#context.kind === 'edit';
        this.#setContext(null);
        if (wasEdit) this.#setText(drafts.get(this.store.state.me.username, this.#room));
        return true;
    }

    #enter(room, me) {
        clearTimeout(this.#idle);
        this.#room = room.id;
        this.#setContext(null);
        this.#setText(drafts.get(me.username, room.id));
        if (matchMedia('(hover: hover)').matches) this.focus();
    }

    #setContext(context) {
        this.#context = context;
        this.bar.hidden = !context;
        if (!context) return;
        const { kind, message } = context;
        this.bar.replaceChildren(
            icon(kind), h('span', { class: 'context-title' },
                kind === 'edit' ? 'Editing your message' : `Replying to ${displayName(message.sender)}`),
            h('span', { class: 'context-text' }, kind === 'edit' ? '' : message.content.slice(0, 200)),
            iconButton('close', 'Cancel', () => { this.cancel(); this.focus(); }));
    }

    #setText(text) {
        this.input.value = text;
        this.#measure();
        this.fault.textContent = '';
        this.input.setSelectionRange(text.length, text.length);
    }

    /** A hidden copy of the text gives the field its height; see `.grow` in the style sheet. */
    #measure() {
        this.grow.dataset.text = this.input.value;
        this.button.classList.toggle('is-ready', this.input.value.trim() !== '');
    }

    #onInput() {
        this.#measure();
        const text = this.input.value;
        const left = text.length > this.#limit * 0.8 ? this.#limit - [...text.trim()].length : null;
        this.fault.textContent = left === null ? '' : left >= 0 ? `${counted(left, 'character')} left`
            : `${counted(-left, 'character')} too many`;
        if (this.#context?.kind === 'edit') return;
        drafts.set(this.store.state.me.username, this.#room, text);
        this.#showTyping(text);
    }

    #showTyping(text) {
        clearTimeout(this.#idle);
        const isTyping = text.trim() !== '' && !text.startsWith('/');
        this.session.typing(this.#room, isTyping);
        if (!isTyping) return;
        const room = this.#room;
        this.#idle = setTimeout(() => this.session.typing(room, false), IDLE_MS);
    }

    #onKey(event) {
        if (event.isComposing) return;
        if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            this.form.requestSubmit();
        } else if (event.key === 'ArrowUp' && this.input.value === '' && !event.altKey) {
            const last = this.#lastOwn();
            if (!last) return;
            event.preventDefault();
            this.edit(last);
        } else if (event.key === 'PageUp' || event.key === 'PageDown') {
            event.preventDefault();
            this.onPage?.(event.key === 'PageUp' ? -1 : 1);
        }
    }

    #lastOwn() {
        const { timelines, me } = this.store.state;
        return timelines[this.#room]?.items.findLast((message) => (
            message.sender.username === me.username && !message.deleted));
    }

    #onSubmit(event) {
        event.preventDefault();
        const raw = this.input.value;
        if (raw.trim() === '') return;
        if ([...raw.trim()].length > this.#limit) return this.#complain('This message is too long.');
        clearTimeout(this.#idle);
        if (this.#context?.kind === 'edit') return this.#submitEdit(raw.trim());
        const input = parseInput(raw);
        if (input.kind === 'usage') return this.#complain(input.text);
        if (input.kind === 'help') openHelp();
        else if (input.kind === 'act') this.#moderate(input);
        else this.session.send(this.#room, input.text, this.#context?.message.id ?? null);
        this.#setContext(null);
        this.#setText('');
        drafts.set(this.store.state.me.username, this.#room, '');
        this.onSent?.();
    }

    #moderate(input) {
        const target = spelledAs(input.target, namesKnownIn(this.store.state, this.#room));
        this.session.rooms.moderate(this.#room, { ...input, target });
    }

    async #submitEdit(text) {
        const { message } = this.#context;
        this.cancel();
        if (text !== message.content) await this.session.edit(this.#room, message.id, text);
    }

    #complain(text) {
        this.fault.textContent = text;
    }
}
