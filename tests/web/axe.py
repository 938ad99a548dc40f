"""What axe-core finds on a page, in both languages and both themes, toggled in place."""

from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = "color-contrast"
# All rules in each language. Themes differ in colours alone, and languages in all but them: colours, which take longest to
# look at, are looked at once in each theme. Another page of the app would tell the language so; the board keeps its language
# in its address, and has a button.
LOOK = """async ([tags, colours, languages]) => {
    const root = document.documentElement;
    const before = { lang: root.lang, theme: root.dataset.theme };
    const drawn = () => new Promise((done) => setTimeout(done));
    const speak = async (lang) => {
        dispatchEvent(new StorageEvent("storage", { key: "tallywire.lang", newValue: lang }));
        await drawn();
        if (root.lang !== lang) [...document.querySelectorAll("button")].find((button) => button.lang === lang)?.click();
        await drawn();
        if (root.lang !== lang) throw new Error(`the page does not follow to ${lang}`);
    };
    // A colour that is on its way is neither the old one nor the new.
    const arrived = () => Promise.all(document.getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
        .map(({ finished }) => finished.catch(() => undefined)));
    const look = async (theme, runOnly, rules = {}) => {
        root.dataset.theme = theme;
        await arrived();
        const { violations } = await axe.run(document, { runOnly, rules, resultTypes: ["violations"], preload: false });
        return violations.map((one) =>
            `${root.lang} ${theme}: ${one.id}: ${one.nodes[0].html.slice(0, 160)} ${one.nodes[0].failureSummary}`);
    };
    const found = [];
    for (const lang of languages) {
        await speak(lang);
        found.push(...(await look("light", tags, { [colours]: { enabled: lang === languages[0] } })));
    }
    found.push(...(await look("dark", [colours])));
    await speak(before.lang);
    if (before.theme) root.dataset.theme = before.theme;
    else delete root.dataset.theme;
    return found;
}"""


def violations(page: Page, screen: str, languages: tuple[str, ...] = ("th", "en")) -> list[str]:
    """Of what is shown now; empty where there is none."""
    if not page.evaluate("'axe' in window"):
        # As a page's own script would be refused by the policy, so it is run by the browser's console.
        page.evaluate(SOURCE.read_text())
    return [f"{screen}: {one}" for one in page.evaluate(LOOK, [TAGS, COLOURS, languages])]
