"""python wheel_served.py URL: what an installed tallywire must serve, asked for as a browser and a client do."""

import json
import re
import sys
import time

import httpx

TITLE = '{ result(contestId: "bkk-2022/governor") { stationsTotal stationsReporting } }'


def main(url: str) -> None:
    client = httpx.Client(base_url=url, timeout=30)
    page = {"Accept": "text/html"}
    pages = ("/", "/volunteer", "/desk", "/graphql")
    found = {path: client.get(path, headers=page) for path in (*pages, "/schema.graphql")}
    for path in ("/healthz", "/readyz", "/metrics"):
        found[path] = client.get(path)
    assert {path: answer.status_code for path, answer in found.items()} == dict.fromkeys(found, 200)
    for path in pages:
        files = re.findall(r'(?:src|href)="(/assets/[^"]+)"', found[path].text)
        assert files, f"{path} loads no script"
        assert {client.get(file).status_code for file in files} == {200}
    scripts = "".join(
        client.get(file).text for file in re.findall(r'src="(/assets/[^"]+\.js)"', found["/graphql"].text)
    )
    chunks = set(re.findall(r'["\'(`/]([\w.-]+\.js)["\')`]', scripts)) - {""}
    texts = scripts + "".join(answer.text for name in chunks if (answer := client.get(f"/assets/{name}")).is_success)
    assert "resultUpdates" in texts, "GraphiQL has no example queries"
    for _ in range(300):
        result = json.loads(client.post("/graphql", json={"query": TITLE}).text)["data"]["result"]
        if result["stationsReporting"]:
            break
        time.sleep(0.2)
    assert result["stationsTotal"] == 6_817 and result["stationsReporting"], result
    print(f"the wheel serves {len(found)} pages and the night: {result['stationsReporting']} stations reporting")


if __name__ == "__main__":
    main(sys.argv[1])
