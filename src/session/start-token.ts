import { createHash } from 'node:crypto';
import type { Random } from '../contract/ports.ts';

/**
 * A start token is `as-`, 28 hexadecimal digits and a generation: 33..36 characters, which fits Athena's
 * ClientRequestToken (32..128), EMR Serverless' clientToken (1..64) and Dataproc's session id (4..63, first a letter)
 * alike. The digits come from the key, so that every generation of a key can be found in a list.
 * Decision 1: docs/decisions/0001-start-tokens-contain-key-and-generation.md
 */
const DIGITS = 28;

/** Most generations of one key. */
export const MAX_GENERATION = 999;

/** What the tokens of all generations of a key begin with. */
export function keyPrefix(key: string): string {
  return `as-${createHash('sha256').update(key).digest('hex').slice(0, DIGITS)}-`;
}

/** The token of one generation of a key; `generation` counts from 1. */
export function keyedToken(key: string, generation: number): string {
  return keyPrefix(key) + String(generation);
}

/** The token of a start without a key; kept over retries, never used again. */
export function mintToken(random: Random): string {
  return `as-${random.hex(DIGITS)}-0`;
}

/** The generation of a key's token, from 1; 0 for a minted one. */
export function generationOf(token: string): number {
  return Number(token.slice(token.lastIndexOf('-') + 1));
}
