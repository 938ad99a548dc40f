/** One query over HTTP. */
import type { TypedDocumentString } from "../generated/operations";

/** Why a query gave no data, in a form that can be shown: the server's incident id where it names one. */
export class QueryFailed extends Error {
  constructor(
    message: string,
    readonly incident: string | null,
  ) {
    super(message);
    this.name = "QueryFailed";
  }
}

interface Answer<T> {
  data?: T | null;
  errors?: readonly { message: string; extensions?: { incident?: string; incidentId?: string } }[];
}

export const ENDPOINT = "/graphql";
const TIMEOUT_MS = 20_000;

export async function ask<T, V>(query: TypedDocumentString<T, V>, variables: V): Promise<T> {
  const response = await fetch(ENDPOINT, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json, application/json" },
    body: JSON.stringify({ query: query.toString(), variables }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = (await response.json().catch(() => ({}))) as Answer<T>;
  const error = answer.errors?.[0];
  if (error) throw new QueryFailed(error.message, error.extensions?.incident ?? error.extensions?.incidentId ?? null);
  if (!answer.data) throw new QueryFailed(`HTTP ${response.status}`, null);
  return answer.data;
}
