/** The tabs that GraphiQL opens on: the repository's own example queries, in the order of their file names. */

export interface Example {
  readonly query: string;
  readonly variables?: string;
}

const TABS = 5;

const operations = import.meta.glob<string>("../../../example_queries/*.graphql", { query: "?raw", import: "default", eager: true });
const variables = import.meta.glob<string>("../../../example_queries/*.variables.json", { query: "?raw", import: "default", eager: true });

/** The first examples that only read: a page that opens on a mutation would invite sending it. */
export function examplesOf(texts: Readonly<Record<string, string>>, variablesOf: Readonly<Record<string, string>>): Example[] {
  return Object.keys(texts)
    .sort()
    .filter((path) => !/^\s*mutation\b/m.test(texts[path]!))
    .slice(0, TABS)
    .map((path) => {
      const known = variablesOf[path.replace(/\.graphql$/, ".variables.json")];
      return { query: texts[path]!, ...(known && { variables: known.trim() }) };
    });
}

export const examples = examplesOf(operations, variables);
