import { logIn, logOut, refresh, signUp } from '../protocol/api.js';
import { credential, position } from './saved.js';

/** How long before its end a token is traded for a new one, in milliseconds. */
const RENEW_BEFORE_MS = 6 * 3_600_000;

/** Who one is to the server: coming in, staying in, going out. */
export class Account {
    /** @param {import('./session.js').Session} session */
    constructor(session) {
        this.session = session;
    }

    /** Goes on with the session that this tab or device has. @returns {boolean} Whether there is one. */
    resume() {
        const known = credential.get();
        if (!known) return false;
        if (known.expiresAt && known.expiresAt < Date.now()) {
            credential.clear();
            this.session.notify('Your session has expired. Please log in again.');
            return false;
        }
        this.session.link.start();
        return true;
    }

    enterAsGuest({ stay }) {
        credential.set({ token: null, guest: true, expiresAt: null }, { stay });
        this.session.link.start();
    }

    async logIn(username, password, { stay }) {
        const answer = await logIn(username, password);
        this.session.link.stop();
        this.#forgetUser();
        credential.set(fromAnswer(answer), { stay });
        this.session.link.start();
    }

    /** Creates an account and logs in with it. What a guest wrote goes with him. */
    async signUp(username, password, { stay }) {
        const known = credential.get();
        await signUp(username, password, known?.guest ? known.token : null);
        await this.logIn(username, password, { stay });
    }

    signOut() {
        const known = credential.get();
        if (known?.token) logOut(known.token).catch(() => {});
        this.leave();
    }

    /** Ends the page's view of this account, which the server has ended itself or is being told of. */
    leave() {
        this.session.link.stop();
        credential.clear();
        this.#forgetUser();
    }

    /** The server has let us in. */
    welcomed({ token, user }) {
        if (!user.is_guest) this.renew();
        else if (token) credential.set({ token, guest: true, expiresAt: null });
    }

    /** Trades a token that is nearing its end for a new one. Asked for on every hello and once an hour. */
    async renew() {
        const known = credential.get();
        if (!known?.expiresAt || known.expiresAt - Date.now() > RENEW_BEFORE_MS) return;
        const answer = await refresh(known.token).catch(() => null);
        if (answer?.access_token && credential.get()?.token === known.token) credential.set(fromAnswer(answer));
    }

    #forgetUser() {
        position.set(null);
        this.session.store.dispatch({ type: 'signed_out' });
    }
}

function fromAnswer({ access_token: token, expires_in: seconds }) {
    return { token, guest: false, expiresAt: seconds > 0 ? Date.now() + seconds * 1000 : null };
}
