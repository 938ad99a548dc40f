/** Queries and mutations over HTTP, subscriptions over graphql-transport-ws, both on this page's own address. */
import type { Fetcher } from "@graphiql/toolkit";
import { getOperationAST } from "graphql";
import { createClient } from "graphql-ws";

const ENDPOINT = "/graphql";

/** What the headers editor holds goes into HTTP headers, and into connection_init's payload for subscriptions. */
export const fetcher: Fetcher = ({ query, variables, operationName }, options) => {
  const headers = (options?.headers ?? {}) as Record<string, string>;
  const operation = options?.documentAST && getOperationAST(options.documentAST, operationName ?? undefined);
  if (operation?.operation !== "subscription") return overHttp({ query, variables, operationName }, headers);
  const client = createClient({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${ENDPOINT}`,
    connectionParams: headers,
    retryAttempts: 0,
  });
  const updates = client.iterate({ query, ...(variables && { variables: variables as Record<string, unknown> }), ...(operationName && { operationName }) });
  // The same results; graphql-ws types their errors as the plain JSON that they are.
  return updates as unknown as ReturnType<Fetcher>;
};

async function overHttp(body: object, headers: Record<string, string>): Promise<never> {
  const response = await fetch(ENDPOINT, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json, application/json", ...headers },
    body: JSON.stringify(body),
  });
  return (await response.json()) as never;
}
