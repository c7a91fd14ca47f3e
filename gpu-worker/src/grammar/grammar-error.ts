/** A grammar that cannot be used. The message says where and why. */
export class GrammarError extends Error {
  override readonly name = "GrammarError";
  /** The request parameter at fault, if it is not the one of the whole grammar. */
  readonly param: string | undefined;

  constructor(message: string, param?: string) {
    super(message);
    this.param = param;
  }
}
