import { describe, expect, it } from 'vitest';
import { athena } from '../../providers/athena/index.ts';
import type { EnvironmentOptions } from '../../src/config/config-options.ts';
import { loadConfig, loadProvider } from '../../src/config/load-config.ts';
import { failureOf } from '../failure-of.ts';

const PLACE = { region: 'eu-west-1', workgroup: 'spark' };
const ATHENA = { provider: 'athena', ...PLACE };

const load = (environment: EnvironmentOptions, env: NodeJS.ProcessEnv = {}) =>
  loadConfig({ config: { environments: { prod: environment } }, env });

describe('prices and maxSpend of an environment', () => {
  it('are read from a file and beside a provider in code', async () => {
    const settings = { prices: { currency: 'USD', dpuHour: 0.5 }, maxSpend: 20, session: { maxSpend: 2.5 } };
    expect(await load({ ...ATHENA, ...settings })).toMatchObject(settings);
    expect(await loadProvider({ provider: athena(PLACE), ...settings })).toMatchObject(settings);
    expect(await load(ATHENA)).toMatchObject({ prices: undefined, maxSpend: undefined });
  });

  it('can come from variables', async () => {
    const prices = { currency: '${CURRENCY}', dpuHour: '${DPU_HOUR}' as unknown as number };
    const env = { CURRENCY: 'USD', DPU_HOUR: '0.25' };
    expect((await load({ ...ATHENA, prices }, env)).prices).toEqual({ currency: 'USD', dpuHour: 0.25 });
  });

  it.each([
    [{ prices: { dpuHour: 1 } }, 'prices.currency: expected a currency code of three capital letters'],
    [{ prices: { currency: 'dollars' } }, 'prices.currency: expected a currency code'],
    [{ prices: { currency: 'USD', dpuHour: -1 } }, 'prices.dpuHour: expected a number, 0 or more; found -1'],
    [{ prices: { currency: 'USD', dpuHours: 1 } }, 'prices.dpuHours: unknown key; did you mean dpuHour?'],
    [{ maxSpend: 0 }, 'maxSpend: expected a number above 0; found 0'],
    [
      { maxSpend: 5 },
      'maxSpend: cannot be enforced: no price is known for dpuHour, and `prices.sessionHour` is not set',
    ],
    [{ session: { maxSpend: 5 } }, 'session.maxSpend: cannot be enforced: no price is known for dpuHour'],
    [
      {
        provider: 'local',
        maxSpend: 5,
        prices: { currency: 'USD', dpuHour: 1 },
      },
      'maxSpend: cannot be enforced: the provider reports no usage, and `prices.sessionHour` is not set',
    ],
  ])('%j is refused', async (settings, message) => {
    const error = await failureOf(
      load({ ...('provider' in settings ? {} : ATHENA), ...settings } as unknown as EnvironmentOptions),
    );
    expect(error.kind).toBe('config-invalid');
    expect(error.message).toContain(message);
  });
});
