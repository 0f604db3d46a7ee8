import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadOnce } from '../../../src/provider-kit/load-once.ts';
import { loadDuckDbBinding } from '../../../providers/local/duckdb/binding.ts';
import { loadDuckDbEngine } from '../../../providers/local/duckdb/duckdb-engine.ts';

const require = createRequire(import.meta.url);

/** A `require` that fails to resolve a package. */
function requireThat(fails: Error): NodeJS.Require {
  const fail = (): never => {
    throw fails;
  };
  const resolve = Object.assign(fail, require.resolve);
  return Object.assign((id: string) => require(id) as unknown, { ...require, resolve });
}

const missing = Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });

describe('loading the engine', () => {
  it('C-004 happens at the first start and not before', async () => {
    const program = `
      import { plugin } from './providers/local/plugin.ts';
      import { silentLogger, systemClock, systemRandom } from './src/session/system-ports.ts';
      const loaded = () => process.report.getReport().sharedObjects.some((file) => file.includes('duckdb'));
      const { config } = plugin.parseOptions({});
      const provider = plugin.create(config, { clock: systemClock, random: systemRandom, logger: silentLogger });
      const call = { signal: new AbortController().signal, deadline: Infinity, attempt: 1 };
      await provider.listPage({}, undefined, call);
      const before = loaded();
      await provider.start({ owner: 'o', token: 't'.repeat(32), idleTimeoutMs: 1000, labels: {} }, call);
      console.log(JSON.stringify([before, loaded()]));
      await provider.close();`;
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program]);
    expect(JSON.parse(stdout)).toEqual([false, true]);
  });

  it('fails with the install command when the package is missing', () => {
    const message =
      'the local engine needs the package @duckdb/node-api, which is not installed. Run: npm install @duckdb/node-api@1.5.6-r.1';
    expect(() => loadDuckDbBinding(requireThat(missing))).toThrow(
      expect.objectContaining({ kind: 'config-invalid', message }),
    );
  });

  it('fails with the reason when the package cannot be loaded', () => {
    const broken = Object.assign(new Error('invalid ELF header'), { code: 'ERR_DLOPEN_FAILED' });
    expect(() => loadDuckDbBinding(requireThat(broken))).toThrow(
      /cannot be loaded \(Error: invalid ELF header\). Run: npm install/,
    );
  });

  it('names the pinned version', () => {
    const manifest = require('../../../package.json') as { optionalDependencies: Record<string, string> };
    const version = manifest.optionalDependencies['@duckdb/node-api'];
    expect(() => loadDuckDbBinding(requireThat(missing))).toThrow(`@duckdb/node-api@${version}`);
  });

  it('happens once, and again after a failure', async () => {
    let attempts = 0;
    const load = loadOnce(async () => {
      attempts += 1;
      return loadDuckDbEngine(() => loadDuckDbBinding(attempts === 1 ? requireThat(missing) : require));
    });
    await expect(Promise.all([load(), load()])).rejects.toMatchObject({ kind: 'config-invalid' });
    const [first, second] = await Promise.all([load(), load()]);
    expect(first.version).toBe('DuckDB v1.5.6');
    expect(second).toBe(first);
    expect(await load()).toBe(first);
    expect(attempts).toBe(2);
  });
});
