/** One operation over HTTP. */
import type { Operation } from "./operation";

/** Why an operation gave no data, in a form that can be shown: the server's code and incident id where it names them. */
export class QueryFailed extends Error {
  constructor(
    message: string,
    readonly incident: string | null,
    /** `extensions.code`, or HTTP_503 and the like where no GraphQL answer came. */
    readonly code: string = "",
    /** The message in both languages, where the server gives it. */
    readonly words: { readonly th: string; readonly en: string } | null = null,
    readonly retryAfterS: number | null = null,
  ) {
    super(message);
    this.name = "QueryFailed";
  }
}

interface Answer<T> {
  data?: T | null;
  errors?: readonly { message: string; extensions?: Extensions }[];
}

interface Extensions {
  code?: string;
  incident?: string;
  incidentId?: string;
  messages?: { TH?: string; EN?: string };
  retryAfterSeconds?: number;
}

export interface AskOptions {
  readonly token?: string | null;
  readonly timeoutMs?: number;
  /** Of another host, by the whole address: the embed's. */
  readonly endpoint?: string;
  /** Called with the server's own clock, from the answer's Date. */
  readonly clock?: (serverMs: number) => void;
}

export const ENDPOINT = "/graphql";
const TIMEOUT_MS = 20_000;

/** Raises QueryFailed for what the server refuses, fetch's own error where no answer comes. */
export async function ask<T, V>(query: Operation<T, V>, variables: V, options: AskOptions = {}): Promise<T> {
  const response = await fetch(options.endpoint ?? ENDPOINT, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json",
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
    },
    body: JSON.stringify({ query: query.toString(), variables }),
    signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
  });
  const date = Date.parse(response.headers.get("date") ?? "");
  if (!Number.isNaN(date)) options.clock?.(date);
  const answer = (await response.json().catch(() => ({}))) as Answer<T>;
  const error = answer.errors?.[0];
  if (error) throw failed(error.message, error.extensions ?? {}, response);
  if (!answer.data) throw failed(`HTTP ${response.status}`, {}, response);
  return answer.data;
}

function failed(message: string, { code, incident, incidentId, messages, retryAfterSeconds }: Extensions, response: Response): QueryFailed {
  const words = messages?.TH && messages.EN ? { th: messages.TH, en: messages.EN } : null;
  const header = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  const after = retryAfterSeconds ?? (Number.isNaN(header) ? null : header);
  return new QueryFailed(message, incident ?? incidentId ?? null, code ?? `HTTP_${response.status}`, words, after);
}
