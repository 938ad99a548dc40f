"""A slow line: answers that wait on their way."""

from playwright.sync_api import Page, Route


class Holding:
    """Answers to these queries wait on their way until they are let go."""

    def __init__(self, page: Page, *queries: str) -> None:
        self._waiting: list[Route] | None = []

        def hold(route: Route) -> None:
            if self._waiting is None or not any(query in (route.request.post_data or "") for query in queries):
                route.continue_()
            else:
                self._waiting.append(route)

        page.route("**/graphql", hold)

    def release(self) -> None:
        waiting, self._waiting = self._waiting or [], None
        for route in waiting:
            route.continue_()
