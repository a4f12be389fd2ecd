({
    'pages join without holes or doubles'({ timeline: t, equal }) {
        const message = (seq) => ({ id: `m${seq}`, key: `m${seq}`, seq, reactions: {} });
        let window = t.withPage([message(5), message(6)], { before: true, after: false });
        window = t.withOlder(window, [message(3), message(4), message(5)], true);
        window = t.withLive(window, message(7));
        window = t.withLive(window, message(7));
        equal(window.items.map(({ seq }) => seq), [3, 4, 5, 6, 7]);
    },
    'the window is bounded and drops what is farthest'({ timeline: t, equal, ok }) {
        const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => (
            { id: `m${from + index}`, key: 'k', seq: from + index, reactions: {} }));
        let window = t.withPage(range(301, 500), { before: true, after: false });
        window = t.withOlder(window, range(201, 300), true);
        equal(window.items.length, t.WINDOW);
        equal(window.items[0].seq, 201);
        ok(window.after, 'the newest fell off');
        window = t.withNewer(window, range(441, 500), false);
        equal(window.items.at(-1).seq, 500);
        ok(window.before && !window.after);
    },
    'a window away from the present does not take live messages'({ timeline: t, equal }) {
        const window = t.withPage([{ id: 'a', seq: 1, reactions: {} }], { before: false, after: true });
        equal(t.withLive(window, { id: 'z', seq: 90, reactions: {} }) === window, true);
        equal(t.withLive(t.emptyTimeline, { id: 'z', seq: 90, reactions: {} }) === t.emptyTimeline, true);
    },
    'a message that comes again keeps its row and takes the newer form'({ timeline: t, equal }) {
        const window = t.withPage([{ id: 'a', key: 'mine', seq: 1, content: 'old', reactions: {} }], {});
        const [message] = t.withNewer(window, [{ id: 'a', key: 'a', seq: 1, content: 'new', reactions: {} }], false).items;
        equal([message.key, message.content], ['mine', 'new']);
    },
    'reactions count, name who, and are not counted twice'({ timeline: t, equal }) {
        let window = t.withPage([{ id: 'a', seq: 1, reactions: {} }], {});
        const react = (user, added) => {
            window = t.withReaction(window, { message_id: 'a', emote: '🔥', user: { username: user } }, added);
        };
        react('ann', true);
        react('ann', true);
        react('bob', true);
        equal(window.items[0].reactions, { '🔥': { count: 2, users: ['ann', 'bob'] } });
        react('ann', false);
        react('bob', false);
        equal(window.items[0].reactions, {});
    },
    'deleting takes the text and the reactions away'({ timeline: t, equal }) {
        const window = t.withDeletion(
            t.withPage([{ id: 'a', seq: 1, content: 'x', reactions: { '👍': { count: 1, users: [] } } }], {}), 'a');
        equal(window.items[0], { id: 'a', seq: 1, content: '', reactions: {}, deleted: true });
    },
    'a second look that reaches the present heals a gap'({ timeline: t, equal, ok }) {
        const message = (seq, content) => ({ id: `m${seq}`, key: `m${seq}`, seq, content, reactions: {} });
        let window = t.withGap(t.withPage([message(1, 'a'), message(2, 'b')], { before: false, after: false }));
        ok(window.stale);
        window = t.withRefreshed(window, [message(1, 'changed'), message(2, 'b'), message(9, 'c')], true);
        equal(window.items.map(({ content }) => content), ['changed', 'b', 'c']);
        ok(!window.stale && !window.after);
    },
    'a second look that does not reach the present leaves no hole'({ timeline: t, equal, ok }) {
        const message = (seq) => ({ id: `m${seq}`, key: `m${seq}`, seq, reactions: {} });
        const window = t.withRefreshed(t.withPage([message(1), message(99)], {}), [message(1), message(2)], false);
        equal(window.items.map(({ seq }) => seq), [1, 2]);
        ok(window.after);
    },
    'a message of the wire is read with what it says'({ timeline: t, equal }) {
        const message = t.readMessage({
            sender: { username: 'Ann' }, content: 'hi', reactions: { '👍': 2 }, version: 2, mentions: ['Bob'],
            reacted_by: { '👍': { users: ['bob', { username: 'eve' }], total: 2 } },
        }, { id: 'x', seq: '4', timestamp: '2026-11-21T11:01:21.560Z' });
        equal([message.seq, message.edited, message.deleted, message.mentions], [4, true, false, ['bob']]);
        equal(message.reactions, { '👍': { count: 2, users: ['bob', 'eve'] } });
    },
})
