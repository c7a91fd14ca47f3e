/**
 * The form that a request's answer must have: what a grammar is made of. The edge makes it from the client's parameters, and the
 * worker converts it, so that it is here as the client wrote it.
 */

export type GrammarSource = GrammarForm & {
  /** The request parameter that asks for it, for errors. */
  readonly param: string;
};

export type GrammarForm =
  | JsonForm
  /** A regular expression for the whole answer. */
  | { readonly kind: "regex"; readonly pattern: string }
  /** One of these texts, at most MAX_GRAMMAR_TEXTS. */
  | { readonly kind: "choice"; readonly texts: readonly string[] }
  /** EBNF whose rule `root` is the answer. */
  | { readonly kind: "ebnf"; readonly grammar: string }
  | ToolCallForm;

export type JsonForm =
  | { readonly kind: "json-object" }
  /** JSON text of a schema. */
  | { readonly kind: "json-schema"; readonly schema: string };

/** Calls of functions, as the model's chat template writes them, or another answer. */
export interface ToolCallForm {
  readonly kind: "tool-calls";
  readonly functions: readonly CalledFunction[];
  /** True if there may be more than one call. */
  readonly parallel: boolean;
  /**
   * What the answer may be instead. `text`: text, or calls behind text; the text never has the opening of a call. JSON: that, or
   * calls. Absent: at least one call, and nothing but calls.
   */
  readonly answer?: { readonly kind: "text" } | JsonForm;
}

export interface CalledFunction {
  readonly name: string;
  /** JSON text of the schema of its arguments. Absent: any object. */
  readonly parameters?: string;
  /** False: a schema that is not supported counts as any object. */
  readonly strict: boolean;
  /** The request parameter that has the schema, for errors. */
  readonly param: string;
}
