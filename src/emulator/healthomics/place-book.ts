import type { SeededRandom } from '../seeded-random.ts';

/** How many page tokens are remembered; the oldest is forgotten first. */
const REMEMBERED_TOKENS = 10_000;

/**
 * Opaque page tokens for listings of things that keep their places, such as the runs of a batch: a token remembers where the next
 * page begins and nothing else, so that a page costs what stands on it.
 */
export class PlaceBook {
  readonly #random: SeededRandom;
  readonly #places = new Map<string, { readonly listing: string; readonly place: number }>();

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Goes on from `place` of a listing. */
  mark(listing: string, place: number): string {
    const token = Buffer.from(this.#random.hex(64), 'hex').toString('base64url');
    this.#places.set(token, { listing, place });
    const [oldest] = this.#places.keys();
    if (this.#places.size > REMEMBERED_TOKENS && oldest !== undefined) this.#places.delete(oldest);
    return token;
  }

  /** Where a token goes on; `undefined` when it was not given out for this listing. */
  find(listing: string, token: string): number | undefined {
    const mark = this.#places.get(token);
    return mark?.listing === listing ? mark.place : undefined;
  }
}
