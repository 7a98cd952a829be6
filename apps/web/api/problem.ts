/** A lost reply or store: what is worth asking again without a change. */
export const mayPass = (error: unknown): boolean => [0, 503].includes(Problem.of(error).status);

/** A refusal of the API as problem details (RFC 9457); status 0 where no reply came. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    detail: string,
    /** What is wrong with which field of the request: `body.name`. */
    readonly errors: readonly { readonly field: string; readonly message: string }[] = [],
  ) {
    super(detail);
  }

  static of(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    return new Problem(0, 'No reply', thrown instanceof Error ? thrown.message : String(thrown));
  }

  /** The sentence about one field of the body, for the form that sent it. */
  about(field: string): string | undefined {
    return this.errors.find((one) => one.field === `body.${field}` || one.field === field)?.message;
  }
}
