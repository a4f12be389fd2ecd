// Runs before the first paint, so that a page in the dark does not flash white. Kept apart from the modules, which
// the browser runs only after it has parsed the page.
(() => {
    let choice = null;
    try {
        choice = localStorage.getItem('parley.theme');
    } catch {
        // Storage is switched off: follow the system.
    }
    if (choice === 'dark' || choice === 'light') document.documentElement.dataset.theme = choice;
})();
