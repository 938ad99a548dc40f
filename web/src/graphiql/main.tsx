import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";
import "./page.css";
import { examples } from "./examples";
import { fetcher } from "./fetcher";

/** GraphiQL takes the first tab's variables from here, not from its tab; on later visits it has its own. */
function firstVariables(): { variables?: string } {
  const variables = examples[0]?.variables;
  return variables !== undefined && localStorage.getItem("graphiql:tabState") === null ? { variables } : {};
}

const target = document.getElementById("graphiql");
if (target) {
  createRoot(target).render(
    <GraphiQL fetcher={fetcher} defaultTabs={examples.map((example) => ({ ...example }))} {...firstVariables()} defaultEditorToolsVisibility="variables" isHeadersEditorEnabled>
      <GraphiQL.Logo>
        <a href="/" className="home">
          tallywire
        </a>
      </GraphiQL.Logo>
    </GraphiQL>,
  );
}
