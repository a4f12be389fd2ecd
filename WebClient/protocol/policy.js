/**
 * When to come back after the link is lost: pure decisions, the clock and the dice are parameters.
 */

/** How long a lost link is nobody's business, in milliseconds: most come back before anybody notices. */
export const QUIET_MS = 3000;

/** How long the other side has to answer once the browser says that it is offline, in milliseconds. */
export const OFFLINE_MS = 2500;

/** A request that has no answer after this time means that the link is dead, in milliseconds. */
export const ANSWER_MS = 15_000;

/** Silence after which the link is probed, in milliseconds; a browser does not show us the server's pings. */
export const PROBE_AFTER_MS = 45_000;

const FIRST_DELAY_MS = 400;
const LONGEST_DELAY_MS = 30_000;

/**
 * How long to wait before attempt number `attempt`, counted from 0: doubling, with half of it left to chance so that
 * the clients of a restarted server do not come back in one herd.
 *
 * @param {number} attempt
 * @param {number} floorMs The least that the reason of the loss asks for.
 * @param {() => number} random 0 up to 1.
 */
export function delayBeforeAttempt(attempt, floorMs = 0, random = Math.random) {
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
    const jittered = ceiling / 2 + (ceiling / 2) * random();
    return Math.round(Math.max(jittered, floorMs * (1 + random() / 2)));
}

/**
 * What a close code of the server asks for.
 *
 * @param {number} code RFC 6455 §7.4 and the server's own 4000–4999.
 * @returns {{ end: string | null, floorMs: number }} `end` names why coming back by itself would be wrong.
 */
export function closeMeaning(code) {
    switch (code) {
        case 4401: return { end: 'signed_out', floorMs: 0 };
        case 4403: return { end: 'banned', floorMs: 0 };
        case 4409: return { end: 'replaced', floorMs: 0 };
        case 4429: return { end: null, floorMs: 8000 };
        case 4503: return { end: null, floorMs: 5000 };
        // 4400, 1003 and 1009 are faults of ours: the same again would follow at once.
        case 4400: case 1003: case 1009: return { end: null, floorMs: 10_000 };
        default: return { end: null, floorMs: 0 };
    }
}
