import { createStore, reduce } from './state/store.js';
import { Session } from './session/session.js';
import { Shell, roomOfAddress } from './views/shell.js';
import { Welcome } from './views/welcome.js';
import { Announcer, Notices, showTotals } from './views/status.js';
import { isDialogOpen, openHelp } from './views/dialog.js';
import { openSwitcher } from './views/roomdialogs.js';

/** Draws with the next frame; a page out of sight has no frames, but its title still counts. */
function withNextFrame(draw) {
    let isDone = false;
    const once = () => {
        if (isDone) return;
        isDone = true;
        draw();
    };
    requestAnimationFrame(once);
    setTimeout(once, 250);
}

const store = createStore(reduce, withNextFrame);
const session = new Session(store, `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`);
const notices = new Notices({ session });
const announcer = new Announcer({ store });
const root = document.getElementById('app');
let shell = null;
let welcome = null;

function render(state) {
    const isIn = !['idle', 'ended'].includes(state.link.phase) || state.link.end === 'replaced';
    if (isIn) {
        if (!shell) root.replaceChildren((shell = new Shell({ store, session })).element);
        welcome = null;
        shell.render(state);
    } else {
        if (!welcome) root.replaceChildren((welcome = new Welcome({ session })).element);
        shell = null;
        welcome.render(state);
    }
    notices.element.hidden = !isIn;
    notices.render(state);
    showTotals(state);
}

function isInField(target) {
    return Boolean(target.closest?.('input, textarea, select'));
}

function onKey(event) {
    if (!shell || event.isComposing) return;
    const hasControl = event.ctrlKey || event.metaKey;
    if (hasControl && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        if (!isDialogOpen()) openSwitcher(session, (id) => shell.open(id));
    } else if (isDialogOpen()) {
        return;
    } else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
        event.preventDefault();
        shell.openNext(event.key === 'ArrowUp' ? -1 : 1);
    } else if (event.key === 'Escape') {
        if (shell.escape()) event.preventDefault();
    } else if (hasControl ? event.key === '/' : event.key === '?' && !isInField(event.target)) {
        event.preventDefault();
        openHelp();
    }
}

session.onNews = (room, payload) => announcer.say(room, payload);
session.rooms.wanted = roomOfAddress();
document.body.append(notices.element, announcer.element);
store.subscribe(render);
document.addEventListener('keydown', onKey);
window.addEventListener('offline', () => session.link.doubt());
window.addEventListener('online', () => session.link.nudge());
window.addEventListener('pagehide', () => session.savePosition());
document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') session.link.nudge();
    else session.savePosition();
});
setInterval(() => session.account.renew(), 3_600_000);
setInterval(() => store.dispatch({ type: 'tick', now: Date.now() }), 1000);
session.account.resume();
render(store.state);
