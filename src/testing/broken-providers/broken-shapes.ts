import type { Capabilities } from '../../contract/capabilities.ts';
import { answering, broken, listing, reporting, type BrokenProvider } from './broken-provider.ts';

/** Wrong in what the provider says about itself. */
export const BROKEN_SHAPES: readonly BrokenProvider[] = [
  broken('open-capabilities', ['C-001'], 'leaves its capabilities open to changes', ({ capabilities }) => ({
    capabilities: { ...capabilities },
  })),
  broken('changing-capabilities', ['C-001'], 'finds out what it can do when it starts its first session', (sound) => {
    let { capabilities } = sound;
    return {
      start: (request, call) => {
        capabilities = Object.freeze({ ...capabilities });
        return sound.start(request, call);
      },
      get capabilities() {
        return capabilities;
      },
    };
  }),
  broken('incomplete-capabilities', ['C-001'], 'leaves out a capability', ({ capabilities }) => {
    const { listPageSize: _missing, ...rest } = capabilities;
    return { capabilities: Object.freeze(rest) as Capabilities };
  }),
  broken('thinly-frozen-capabilities', ['C-001'], 'freezes only the top level of its capabilities', (sound) => ({
    capabilities: Object.freeze({ ...sound.capabilities, idleTimeoutMs: { ...sound.capabilities.idleTimeoutMs } }),
  })),
  broken('other-capabilities', ['C-001'], 'has other capabilities than its plugin says', ({ capabilities }) => ({
    capabilities: Object.freeze({ ...capabilities, concurrentStatements: true }),
  })),
  broken('no-endpoint', ['C-002'], 'has the capability sparkConnect and no endpoint', () => ({ endpoint: undefined })),
  broken('no-statements', ['C-002'], 'has the capability sql and no statements', () => ({ statements: undefined })),
  broken(
    'unannounced-endpoint',
    ['C-002'],
    'has an endpoint without the capability sparkConnect',
    (sound) => ({
      endpoint: async (handle, call) => {
        await sound.describe(handle, call);
        return { host: 'spark.invalid', port: 443, tls: true, metadata: {}, expiresAtMs: 0 };
      },
    }),
    { sparkConnect: false },
  ),
  broken('handles-of-another-name', ['C-003'], 'lists sessions under the name of its service, not its id', (sound) =>
    listing(sound, (observations) =>
      observations.map((seen) => ({ ...seen, handle: { ...seen.handle, provider: 'scripted-service-v2' } })),
    ),
  ),
  broken('no-scope', ['C-003', 'C-031'], 'has no scope, because it knows only one', () => ({ scope: '' })),
  broken('seconds', ['C-008'], 'reports epoch seconds as milliseconds', (sound) =>
    reporting(sound, (seen) => {
      const { createdAtMs } = seen.details;
      if (createdAtMs === undefined) return seen;
      return { ...seen, details: { ...seen.details, createdAtMs: createdAtMs / 1000 } };
    }),
  ),
  broken('fractions', ['C-008'], 'converts seconds to milliseconds without rounding', (sound) =>
    reporting(sound, (seen) => ({ ...seen, sinceMs: (seen.sinceMs ?? 0) + 0.25 })),
  ),
  broken('half-milliseconds', ['C-008'], 'divides a duration without rounding', (sound) =>
    reporting(sound, (seen) => ({ ...seen, details: { ...seen.details, maxLifetimeMs: 86_400_000.5 } })),
  ),
  broken('expired-endpoint', ['C-008'], 'reports the expiry of an endpoint in seconds', (sound) =>
    answering(sound, 'endpoint', (opened) => ({ ...opened, expiresAtMs: Math.round(opened.expiresAtMs / 1000) })),
  ),
];
