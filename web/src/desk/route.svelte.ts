/** Which of the desk's pages is open: it stands in the address's fragment, without names, numbers or tokens. */
export type Page = "review" | "operations" | "audit" | "codes";

const PAGES: readonly Page[] = ["review", "operations", "audit", "codes"];

class Route {
  page = $state<Page>("review");
  #began = false;

  /** `usual`: where no page is named. */
  start(usual: Page): void {
    this.page = named() ?? usual;
    if (this.#began) return;
    this.#began = true;
    addEventListener("hashchange", () => void (this.page = named() ?? this.page));
  }

  go(page: Page): void {
    this.page = page;
    location.hash = page;
  }
}

function named(): Page | undefined {
  return PAGES.find((page) => location.hash === `#${page}`);
}

export const route = new Route();
