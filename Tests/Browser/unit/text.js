({
    'initials come from the words of a name'({ text, equal }) {
        equal(['Ann Lee', 'bob', 'eve.k', 'Guest4032', ''].map(text.initials), ['AL', 'B', 'EK', '32', '?']);
    },
    'a name has the same colour everywhere'({ text, equal, ok }) {
        equal(text.hueOf('ann'), text.hueOf('ann'));
        ok(new Set(['ann', 'bob', 'eve', 'kim', 'lou', 'max'].map(text.hueOf)).size > 2);
    },
    'addresses end before the full stop of the sentence'({ text, equal }) {
        const hrefs = (source) => text.richText(source, [], 'me').filter((part) => part.tagName === 'A').map((a) => a.href);
        equal(hrefs('See https://a.example/x. (Or https://b.example/y) and https://c.example/z_(q)!'),
            ['https://a.example/x', 'https://b.example/y', 'https://c.example/z_(q)']);
        equal(hrefs('javascript:alert(1) http:// ftp://x'), []);
    },
    'names are counted in words'({ text, equal }) {
        equal([['Ann'], ['Ann', 'Bob'], ['Ann', 'Bob', 'Eve']].map((names) => text.namesText(names)),
            ['Ann', 'Ann and Bob', 'Ann, Bob and Eve']);
        equal(text.namesText(['Ann', 'Bob', 'Eve'], 5), 'Ann, Bob, Eve and 2 others');
        equal(text.namesText([], 1), '1 person');
    },
    'yesterday is a day before today, whatever the hour'({ text, equal }) {
        const now = new Date(2026, 10, 21, 0, 5).getTime();
        equal(text.dayText(new Date(2026, 10, 20, 23, 59).getTime(), now), 'Yesterday');
        equal(text.dayText(now, now), 'Today');
    },
})
