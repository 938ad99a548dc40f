"""What axe-core finds on a page."""

from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOK = """async (tags) => {
    const root = document.documentElement;
    root.dataset.theme = "light";
    const light = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
    root.dataset.theme = "dark";
    const dark = await axe.run(document, { runOnly: ["color-contrast"], resultTypes: ["violations"] });
    root.dataset.theme = "light";
    return [...light.violations, ...dark.violations];
}"""


def violations(page: Page, screen: str) -> list[str]:
    """Of what is shown now: all rules in the light theme, colours in the dark one too."""
    if not page.evaluate("'axe' in window"):
        # As a page's own script would be refused by the policy, so it is run by the browser's console.
        page.evaluate(SOURCE.read_text())
    found = page.evaluate(LOOK, TAGS)
    return [
        f"{screen}: {one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0]['failureSummary']}" for one in found
    ]
