import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { toAthenaConfig } from '../../src/emulator/athena/athena-options.ts';
import { toDataprocConfig } from '../../src/emulator/dataproc/dataproc-options.ts';
import { toEmrConfig } from '../../src/emulator/emr/emr-options.ts';
import { toEmrServerlessConfig } from '../../src/emulator/emr-serverless/emr-serverless-options.ts';
import { toGlueConfig } from '../../src/emulator/glue/glue-options.ts';
import { toHealthOmicsConfig } from '../../src/emulator/healthomics/healthomics-options.ts';
import { startEmulator } from '../../src/emulator/index.ts';
import { TOKEN } from './wire-client.ts';

/** The program under test in the guide: starts a session and tries again with the same token when there is no answer. */
async function startOnce(athena: string, token: string): Promise<void> {
  const start = () =>
    fetch(athena, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonAthena.StartSession' },
      body: JSON.stringify({ WorkGroup: 'spark35', EngineConfiguration: {}, ClientRequestToken: token }),
    });
  await start().catch(start);
}

const token = TOKEN;

// region guide
it('starts one session although its first call gets no answer', async () => {
  await using emulator = await startEmulator({ clock: 'virtual', startupMs: 60_000 });
  emulator.faults.add({ kind: 'reset', when: 'after', operation: 'StartSession' });

  await startOnce(emulator.urls.athena, token); // the program under test

  expect(emulator.oracle.startedWith(token)).toBe(1);
  emulator.advance(60_000);
  expect(emulator.oracle.live()).toMatchObject([{ state: 'IDLE', billedSeconds: 60 }]);
  expect(emulator.log().map((call) => call.delivery)).toEqual(['reset', 'answer']);
});
// endregion

/** A default as the table shows it. */
function asText(value: unknown): string {
  const nothing = value === undefined || (typeof value === 'object' && Object.keys(value ?? {}).length === 0);
  if (nothing) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

describe('the guide of the emulators', () => {
  it('names every option for undocumented behaviour, with its default', () => {
    const guide = readFileSync(new URL('../../docs/guide/emulator.md', import.meta.url), 'utf8');
    const rows = Array.from(
      guide.matchAll(
        /^\| (\d+|–) +\|.*\| `(athena|emrServerless|emr|glue|dataproc|healthomics)\.(\w+)` +\| `([^`]+)` +\|$/gm,
      ),
    );
    const said = rows.map(([, , service = '', option = '', value = '']) => [`${service}.${option}`, value]);
    const configs = {
      athena: toAthenaConfig({}, 1000),
      emrServerless: toEmrServerlessConfig({}, 1000),
      emr: toEmrConfig({}, 1000),
      glue: toGlueConfig({}, 1000),
      dataproc: toDataprocConfig({}, 1000),
      healthomics: toHealthOmicsConfig({}, 1000),
    };
    const real = Object.entries(configs).flatMap(([service, config]) =>
      said
        .filter(([name]) => name?.startsWith(`${service}.`))
        .map(([name = '']) => [name, asText((config as Record<string, unknown>)[name.split('.')[1] ?? ''])]),
    );
    expect(said.length).toBeGreaterThan(20);
    expect(said).toEqual(real);
    const numbers = new Set(rows.map(([, number]) => number));
    for (let point = 1; point <= 16; point += 1) expect(numbers).toContain(String(point));
    for (const point of [18, 19, 20, 21, 23, 24, 25, 26]) expect(numbers).toContain(String(point));
  });
});
