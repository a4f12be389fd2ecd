({
    'a text is a message without its outer blanks'({ commands, equal }) {
        equal(commands.parseInput('  hello there '), { kind: 'message', text: 'hello there' });
    },
    'a slash after a blank is an ordinary message'({ commands, equal }) {
        equal(commands.parseInput(' /kick bob'), { kind: 'message', text: '/kick bob' });
    },
    'kick takes a target and a reason joined by single blanks'({ commands, equal }) {
        equal(commands.parseInput('/kick Bob too   much  noise'),
            { kind: 'act', type: 'chat_kick', target: 'Bob', reason: 'too much noise' });
        equal(commands.parseInput('/KICK Bob'), { kind: 'act', type: 'chat_kick', target: 'Bob' });
    },
    'mute takes any integer prefix for seconds, as the reference does'({ commands, equal }) {
        const duration = (word) => commands.parseInput(`/mute bob ${word}`).duration;
        equal(duration('5.9'), 5);
        equal(duration('-3'), -3);
        equal(duration('0'), 0);
        equal(duration('10x'), 10);
    },
    'mute takes the units of our own clients'({ commands, equal }) {
        const duration = (word) => commands.parseInput(`/mute bob ${word}`).duration;
        equal(['30s', '10m', '2h', '1d', '1w', 'perm'].map(duration), [30, 600, 7200, 86400, 604800, 0]);
    },
    'a word that is no duration belongs to the reason'({ commands, equal }) {
        equal(commands.parseInput('/mute bob please stop'),
            { kind: 'act', type: 'chat_mute', target: 'bob', reason: 'please stop' });
        equal(commands.parseInput('/ban bob 3rd offence'),
            { kind: 'act', type: 'chat_ban', target: 'bob', reason: '3rd offence' });
    },
    'ban takes a duration and a reason'({ commands, equal }) {
        equal(commands.parseInput('/ban bob 7d spam'),
            { kind: 'act', type: 'chat_ban', target: 'bob', duration: 604800, reason: 'spam' });
        equal(commands.parseInput('/ban bob perm'), { kind: 'act', type: 'chat_ban', target: 'bob', duration: 0 });
    },
    'unmute and unban ignore further words'({ commands, equal }) {
        equal(commands.parseInput('/unmute bob now'), { kind: 'act', type: 'chat_unmute', target: 'bob' });
        equal(commands.parseInput('/unban bob now'), { kind: 'act', type: 'chat_unban', target: 'bob' });
    },
    'a target may be written with an at sign and in another case'({ commands, equal }) {
        equal(commands.parseInput('/kick @Bob').target, 'Bob');
        equal(commands.parseInput('/kick @').kind, 'usage');
        equal(commands.spelledAs('BOB', ['bob', 'ann']), 'bob');
        equal(commands.spelledAs('Bob', ['bob', 'Bob']), 'Bob');
        equal(commands.spelledAs('BOB', ['bob', 'Bob']), 'BOB');
        equal(commands.spelledAs('carl', ['bob']), 'carl');
    },
    'help asks for the list of keys and commands'({ commands, equal }) {
        equal(commands.parseInput('/help'), { kind: 'help' });
    },
    'a missing target and an unknown command only tell how it is done'({ commands, equal }) {
        for (const text of ['/kick', '/mute  ', '/', '/ kick bob', '/me waves', '/ban']) {
            equal(commands.parseInput(text).kind, 'usage');
        }
    },
    'mentions are those of known people, in their own spelling'({ commands, equal }) {
        const known = new Set(['Ann', 'bob', 'eve.k']);
        equal(commands.mentionsIn('@ann and @bob. mail me@eve.k, @carl (@eve.k)', known), ['Ann', 'bob', 'eve.k']);
        equal(commands.mentionsIn('nobody@bob', known), []);
    },
})
