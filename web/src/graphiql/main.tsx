import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";
import "./page.css";
import { examples } from "./examples";
import { fetcher } from "./fetcher";

const target = document.getElementById("graphiql");
if (target) {
  createRoot(target).render(
    <GraphiQL fetcher={fetcher} defaultTabs={examples.map((example) => ({ ...example }))} defaultEditorToolsVisibility="variables" isHeadersEditorEnabled>
      <GraphiQL.Logo>
        <a href="/" className="home">
          tallywire
        </a>
      </GraphiQL.Logo>
    </GraphiQL>,
  );
}
