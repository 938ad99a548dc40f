/** Which screen is shown. It stands in the history's state, never in the address: that holds no name, number or code. */
export type Screen =
  | { readonly at: "welcome" | "code" | "consent" | "stations" | "queue" | "menu" | "storage" | "howto" }
  | { readonly at: "closed" | "sheet"; readonly stationId: string; readonly contestId: string }
  | { readonly at: "photos" | "entry" | "written" | "readback"; readonly draft: string }
  | { readonly at: "tally"; readonly item: string };

const ADDRESS = "/volunteer";

class Route {
  screen = $state.raw<Screen>((history.state as Screen | null)?.at ? (history.state as Screen) : { at: "stations" });

  start(): void {
    history.replaceState(this.screen, "", ADDRESS);
    addEventListener("popstate", (event) => {
      if ((event.state as Screen | null)?.at) this.screen = event.state as Screen;
    });
  }

  go(screen: Screen): void {
    history.pushState(screen, "", ADDRESS);
    this.screen = screen;
  }

  /** Takes the place of the screen that is shown: going back does not return to it. */
  swap(screen: Screen): void {
    history.replaceState(screen, "", ADDRESS);
    this.screen = screen;
  }
}

export const route = new Route();
