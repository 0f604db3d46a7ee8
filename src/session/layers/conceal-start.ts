import type { StartRequest } from '../../contract/start-request.ts';
import { looksSecret } from '../../contract/secret-text.ts';
import { concealError } from '../../provider-kit/conceal-error.ts';
import { isPlainMap } from '../../provider-kit/option-shape.ts';
import { secretConcealer } from '../../provider-kit/secret-concealer.ts';

/** Starts a session. A service that refuses the settings repeats them, so the error and its causes lose those that look like secrets. */
export async function concealingStart<Answer>(
  { sparkConf, native }: StartRequest,
  start: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await start();
  } catch (thrown) {
    const conceal = secretConcealer(secretsIn({ sparkConf, native }, ''));
    for (let error = thrown; error instanceof Error; error = error.cause) concealError(error, conceal);
    throw thrown;
  }
}

function secretsIn(value: unknown, path: string): readonly string[] {
  if (typeof value === 'string') return looksSecret(path, value) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => secretsIn(item, path));
  if (!isPlainMap(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => secretsIn(member, `${path}.${name}`));
}
