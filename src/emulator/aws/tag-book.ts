/** The tags of a service's resources, by ARN. */
export class TagBook {
  readonly #byArn = new Map<string, ReadonlyMap<string, string>>();
  readonly #limit: number;
  readonly #refuse: (message: string) => Error;

  /** `limit` is the most tags of one resource; `refuse` makes the error for more. */
  constructor(limit: number, refuse: (message: string) => Error) {
    this.#limit = limit;
    this.#refuse = refuse;
  }

  of(arn: string): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#byArn.get(arn) ?? []);
  }

  /** Adds tags, replacing the values of known keys. Adds all of them, or none when they are too many. */
  add(arn: string, tags: Readonly<Record<string, string>>): void {
    const all = new Map([...(this.#byArn.get(arn) ?? []), ...Object.entries(tags)]);
    if (all.size > this.#limit) throw this.#refuse(`A resource has at most ${this.#limit} tags.`);
    this.#byArn.set(arn, all);
  }

  /** Removes tags; ignores unknown keys. */
  remove(arn: string, keys: readonly string[]): void {
    const rest = [...(this.#byArn.get(arn) ?? [])].filter(([key]) => !keys.includes(key));
    this.#byArn.set(arn, new Map(rest));
  }
}
