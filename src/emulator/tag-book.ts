/** The tags of a service's resources, by ARN. */
export class TagBook {
  readonly #byArn = new Map<string, ReadonlyMap<string, string>>();
  readonly #limit: number;
  readonly #refuse: (message: string) => Error;

  constructor(options: {
    /** The most tags of one resource. */
    readonly limit: number;
    /** Makes the error for more than that. */
    readonly refuse: (message: string) => Error;
  }) {
    this.#limit = options.limit;
    this.#refuse = options.refuse;
  }

  of(arn: string): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#byArn.get(arn) ?? []);
  }

  /** Adds tags; a key that is there gets the new value. All of them, or none when they are too many. */
  add(arn: string, tags: Readonly<Record<string, string>>): void {
    const all = new Map([...(this.#byArn.get(arn) ?? []), ...Object.entries(tags)]);
    if (all.size > this.#limit) throw this.#refuse(`A resource has ${this.#limit} tags at most.`);
    this.#byArn.set(arn, all);
  }

  /** Takes tags away; keys that are not there are left out. */
  remove(arn: string, keys: readonly string[]): void {
    const rest = [...(this.#byArn.get(arn) ?? [])].filter(([key]) => !keys.includes(key));
    this.#byArn.set(arn, new Map(rest));
  }
}
