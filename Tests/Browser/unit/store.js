({
    'a hello tells the rooms, and a replay follows where one stood'({ store, equal }) {
        const { reduce, initialState } = store;
        const room = (more) => ({ channel_id: 7, epoch: 'k', seq: 5, read: 3, unread: 2, mentions: 1, title: 'T', ...more });
        const hello = (rooms) => ({ type: 'frame', frame: {
            type: 'hello', payload: { user: { username: 'ann' }, ext: { rooms } } } });
        let state = reduce(initialState, hello([room({ status: 'active' })]));
        equal([state.rooms[7].seq, state.rooms[7].live, state.rooms[7].unread], [5, false, 2]);
        state = reduce(state, hello([room({ seq: 8, result: 'replayed' })]));
        equal([state.rooms[7].seq, state.rooms[7].live], [5, true]);
    },
    'a replayed message is shown but not counted again'({ store, equal }) {
        const { reduce, initialState } = store;
        const frame = (frame) => ({ type: 'frame', frame, now: 0 });
        let state = reduce(initialState, frame({ type: 'hello', payload: { user: { username: 'ann' }, ext: { rooms: [
            { channel_id: 7, epoch: 'k', seq: 5, read: 5, unread: 0, mentions: 0 }] } } }));
        state = reduce(state, { type: 'page', room: 7, messages: [], before: false, after: false });
        state = reduce(state, frame({ type: 'hello', payload: { user: { username: 'ann' }, ext: { rooms: [
            { channel_id: 7, epoch: 'k', seq: 6, read: 5, unread: 1, mentions: 0, result: 'replayed' }] } } }));
        const send = (seq) => frame({ type: 'chat_send', id: `m${seq}`, seq, epoch: 'k', timestamp: '2026-01-01T00:00:00Z',
            payload: { channel_id: 7, sender: { username: 'bob' }, content: 'x' } });
        state = reduce(state, send(6));
        equal([state.rooms[7].unread, state.rooms[7].seq, state.timelines[7].items.length], [1, 6, 1]);
        state = reduce(reduce(state, send(7)), send(7));
        equal([state.rooms[7].unread, state.timelines[7].items.length], [2, 2]);
    },
    'a hole in the log makes the window stale, a new epoch empties it'({ store, equal }) {
        const { reduce, initialState } = store;
        const frame = (frame) => ({ type: 'frame', frame, now: 0 });
        let state = reduce(initialState, frame({ type: 'hello', payload: { user: { username: 'ann' }, ext: { rooms: [
            { channel_id: 7, epoch: 'k', seq: 5, read: 5, unread: 0, mentions: 0 }] } } }));
        state = reduce(state, { type: 'page', room: 7, messages: [], before: false, after: false });
        const event = (seq, epoch) => frame({ type: 'room_event', seq, epoch, payload: { channel_id: 7, kind: 'x' } });
        state = reduce(state, event(6, 'k'));
        equal(state.timelines[7].stale, false);
        state = reduce(state, event(9, 'k'));
        equal([state.timelines[7].stale, state.rooms[7].seq], [true, 9]);
        state = reduce(state, event(1, 'k2'));
        equal([state.timelines[7].loaded, state.rooms[7].epoch], [false, 'k2']);
    },
    'a sent message keeps its row through echo and acknowledgement, in either order'({ store, timeline, equal }) {
        const { reduce, initialState } = store;
        const frame = (frame) => ({ type: 'frame', frame, now: 0 });
        let start = reduce(initialState, frame({ type: 'hello', payload: { user: { username: 'ann' }, ext: { rooms: [
            { channel_id: 7, epoch: 'k', seq: 5, read: 5, unread: 0, mentions: 0 }] } } }));
        start = reduce(start, { type: 'page', room: 7, messages: [], before: false, after: false });
        start = reduce(start, { type: 'outbox_add', entry: { id: 'c1', room: 7, text: 'hi', phase: 'sending', echo: null } });
        const envelope = { id: 'm6', seq: 6, epoch: 'k', timestamp: '2026-01-01T00:00:00Z' };
        const payload = { channel_id: 7, sender: { username: 'ann' }, content: 'hi' };
        const echo = frame({ type: 'chat_send', ...envelope, payload });
        const ack = { type: 'acked', id: 'c1', message: timeline.readMessage(payload, envelope) };
        for (const order of [[echo, ack], [ack, echo]]) {
            const state = order.reduce(reduce, start);
            equal(state.outbox, []);
            equal(state.timelines[7].items.map(({ id, key }) => [id, key]), [['m6', 'c1']]);
            equal(state.rooms[7].unread, 0);
        }
    },
    'a mute of oneself silences, its end gives the word back'({ store, rooms, equal }) {
        const { reduce, initialState } = store;
        const frame = (frame) => ({ type: 'frame', frame, now: 0 });
        let state = reduce(initialState, frame({ type: 'hello', payload: { user: { username: 'ann' }, ext: { rooms: [
            { channel_id: 7, epoch: 'k', seq: 5, status: 'active', role: 'member' }] } } }));
        state = reduce(state, frame({ type: 'chat_mute', seq: 6, epoch: 'k', timestamp: '2026-01-01T00:00:00.000Z',
            payload: { channel_id: 7, target: 'ann', duration: 60 } }));
        equal([state.rooms[7].status, state.rooms[7].until], ['muted', '2026-01-01T00:01:00.000Z']);
        equal(rooms.silence(state.rooms[7], state.me) === null, false);
        state = reduce(state, frame({ type: 'chat_unmute', seq: 7, epoch: 'k', payload: { channel_id: 7, target: 'ann' } }));
        equal(rooms.silence(state.rooms[7], state.me), null);
    },
    'whoever is removed loses the room, others lose the member'({ store, equal }) {
        const { reduce, initialState } = store;
        const frame = (frame) => ({ type: 'frame', frame, now: 0 });
        let state = reduce(initialState, frame({ type: 'hello', payload: { user: { username: 'ann' }, ext: { rooms: [
            { channel_id: 7, epoch: 'k', seq: 5 }] } } }));
        state = reduce(state, { type: 'open', room: 7 });
        state = reduce(state, frame({ type: 'channel_members', payload: { channel_id: 7, count: 2, members: [
            { username: 'ann' }, { username: 'bob' }] } }));
        state = reduce(state, frame({ type: 'chat_kick', seq: 6, epoch: 'k', payload: { channel_id: 7, target: 'bob' } }));
        equal(Object.keys(state.rooms[7].online), ['ann']);
        state = reduce(state, frame({ type: 'chat_ban', seq: 7, epoch: 'k', payload: { channel_id: 7, target: 'ann' } }));
        equal([state.rooms[7], state.current], [undefined, null]);
    },
    'typing ends with a word, with a message and with time'({ store, equal }) {
        const { reduce, initialState } = store;
        const frame = (frame, now = 0) => ({ type: 'frame', frame, now });
        const typing = (state) => frame({ type: 'chat_typing', payload: { channel_id: 7, user: { username: 'bob' }, state } });
        let state = reduce(initialState, frame({ type: 'hello', payload: { user: { username: 'ann' }, ext: { rooms: [
            { channel_id: 7, epoch: 'k', seq: 5 }] } } }));
        state = reduce(state, typing('typing'));
        equal(Object.keys(state.typing[7]), ['bob']);
        equal(Object.keys(reduce(state, typing('stopped')).typing[7]), []);
        equal(Object.keys(reduce(state, { type: 'tick', now: 8001 }).typing[7]), []);
        equal(Object.keys(reduce(state, frame({ type: 'chat_send', id: 'm', seq: 6, epoch: 'k', timestamp: '',
            payload: { channel_id: 7, sender: { username: 'bob' }, content: 'x' } })).typing[7]), []);
    },
    'another user on the same page finds nothing of the one before'({ store, equal }) {
        const { reduce, initialState } = store;
        const hello = (username, rooms) => ({ type: 'frame', frame: {
            type: 'hello', payload: { user: { username }, ext: { rooms } } } });
        let state = reduce(initialState, hello('ann', [{ channel_id: 7, epoch: 'k', seq: 5 }]));
        state = reduce(state, { type: 'outbox_add', entry: { id: 'c1', room: 7, text: 'hi' } });
        state = reduce(state, hello('bob', []));
        equal([state.rooms, state.outbox, state.me.username], [{}, [], 'bob']);
    },
    'listeners are told once for many actions'({ store, equal }) {
        const flushes = [];
        const made = store.createStore((state, action) => state + action, (flush) => flushes.push(flush), 0);
        const told = [];
        made.subscribe((state) => told.push(state));
        made.dispatch(1);
        made.dispatch(2);
        equal(flushes.length, 1);
        flushes[0]();
        equal(told, [3]);
    },
})
