import { createHash, timingSafeEqual } from 'node:crypto';

/** The metadata that carries the key. A Spark Connect address takes it as a parameter. */
export const KEY_METADATA = 'x-anysession-key';

/** The key of a proxy. It compares in constant time. */
export class ProxyKey {
  readonly #digest: Buffer;

  constructor(key: string) {
    this.#digest = digestOf(key);
  }

  /** @param find - the value of a header; `undefined` where there is none. */
  isIn(find: (header: string) => string | undefined): boolean {
    const bearer = /^Bearer (.+)$/i.exec(find('authorization') ?? '')?.[1];
    return [find(KEY_METADATA), bearer].some(
      (given) => given !== undefined && timingSafeEqual(digestOf(given), this.#digest),
    );
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
