({
    'waiting doubles, is capped, and half of it is chance'({ policy, equal, ok }) {
        equal([0, 1, 2, 20].map((attempt) => policy.delayBeforeAttempt(attempt, 0, () => 1)), [400, 800, 1600, 30000]);
        equal(policy.delayBeforeAttempt(2, 0, () => 0), 800);
        ok(policy.delayBeforeAttempt(0, 5000, () => 0) >= 5000, 'the floor holds');
    },
    'only an end that the user must know of stops the page from coming back'({ policy, equal }) {
        equal([1001, 1006, 4408, 4429, 4503].map((code) => policy.closeMeaning(code).end), [null, null, null, null, null]);
        equal([4401, 4403, 4409].map((code) => policy.closeMeaning(code).end), ['signed_out', 'banned', 'replaced']);
    },
})
