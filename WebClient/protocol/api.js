import { ChatError } from './errors.js';

const base = '/api/v1/auth';

/**
 * Creates an account. A guest's token keeps what the guest wrote with the new account where the server allows it.
 *
 * @throws {ChatError} With the server's words for the field that it did not accept.
 */
export function signUp(username, password, guestToken = null) {
    return call('/signup', { json: { username, password }, token: guestToken });
}

/**
 * Trades a name and a password for a token (the OAuth2 password form).
 *
 * @returns {Promise<{ access_token: string, expires_in?: number }>}
 */
export function logIn(username, password) {
    return call('/login', { form: { username, password } });
}

/** Asks for a token that lasts longer than the one at hand. */
export function refresh(token) {
    return call('/refresh', { token });
}

/** Ends the session on the server. Leaving works without it, so a failure is the caller's to ignore. */
export function logOut(token) {
    return call('/logout', { token });
}

async function call(path, { json = null, form = null, token = null }) {
    const headers = { Accept: 'application/json' };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (json) headers['Content-Type'] = 'application/json';
    const body = json ? JSON.stringify(json) : form ? new URLSearchParams(form) : null;
    let response;
    try {
        response = await fetch(base + path, { method: 'POST', headers, body, credentials: 'same-origin' });
    } catch {
        throw new ChatError({ code: 'unreachable', detail: 'The server cannot be reached. Check your connection.' });
    }
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw refusal(response, answer);
    return answer;
}

function refusal(response, answer) {
    const retryAfter = Number(response.headers.get('Retry-After'));
    return new ChatError({
        detail: detailText(answer.detail) ?? `The server answered ${response.status}.`,
        code: response.status === 429 ? 'rate_limited' : answer.code ?? `http_${response.status}`,
        retry_after_ms: retryAfter > 0 ? retryAfter * 1000 : undefined,
    });
}

/** `detail` is a text, or for a field that failed validation a list of `{ type, msg, loc, ctx }`. */
function detailText(detail) {
    if (typeof detail === 'string') return detail;
    if (!Array.isArray(detail)) return null;
    return detail.map(faultText).join(' ') || null;
}

const fieldWords = { username: 'The name', password: 'The password' };

/** A validator's message in plain words: what the field needs, not what type it should be. */
function faultText({ type, msg, loc, ctx }) {
    const field = Array.isArray(loc) ? fieldWords[loc.at(-1)] : undefined;
    const text = String(msg ?? 'Not accepted').replace(/^Value error, /, '').replace(/[.]*$/, '.');
    if (!field) return text;
    switch (type) {
        case 'missing': return `${field} is missing.`;
        case 'string_too_short': return `${field} needs at least ${ctx?.min_length} characters.`;
        case 'string_too_long': return `${field} can have at most ${ctx?.max_length} characters.`;
        default: return text.replace(/^(Username|Password) must contain/, `${field} needs`)
            .replace(/^(Username|Password)\b/, field).replace('uppercase', 'upper-case')
            .replace('lowercase', 'lower-case');
    }
}
