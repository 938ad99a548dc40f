/** A typed operation as scripts/generate-types.mjs writes them: its text, with the types of its data and variables. */
import type { DocumentTypeDecoration } from "@graphql-typed-document-node/core";

export interface Operation<T, V> extends DocumentTypeDecoration<T, V> {
  toString(): string;
}
