/** The blocks of code with which the kit tries a service, in whatever language its sessions take. */
export interface CodeSamples {
  /** Prints something and ends by itself, soon. */
  readonly short: string;
  /** Works until somebody stops it, or at least for longer than a few calls take. */
  readonly long: string;
}
