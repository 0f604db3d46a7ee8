import type { Capabilities } from '../../contract/capabilities.ts';
import {
  alter,
  alterList,
  alterObservations,
  brokenProvider,
  without,
  type BrokenProvider,
} from './broken-provider.ts';

/** Wrong from outside: what the provider says of itself. */
export const BROKEN_SHAPES: readonly BrokenProvider[] = [
  brokenProvider({
    name: 'open-capabilities',
    fault: 'hands out capabilities that anybody can change',
    breaks: ['C-001'],
    wrap: (sound) => alter(sound, { capabilities: { ...sound.capabilities } }),
  }),
  brokenProvider({
    name: 'changing-capabilities',
    fault: 'finds out what it can do when it starts its first session',
    breaks: ['C-001'],
    wrap: (sound) => {
      let capabilities = sound.capabilities;
      const changing = alter(sound, {
        start: (request, call) => {
          capabilities = Object.freeze({ ...capabilities });
          return sound.start(request, call);
        },
      });
      return {
        ...changing,
        get capabilities() {
          return capabilities;
        },
      };
    },
  }),
  brokenProvider({
    name: 'no-endpoint',
    fault: 'says that it has Spark Connect and has no endpoint',
    breaks: ['C-002'],
    wrap: (sound) => without(sound, 'endpoint'),
  }),
  brokenProvider({
    name: 'no-statements',
    fault: 'says that it runs SQL and has nothing that does',
    breaks: ['C-002'],
    wrap: (sound) => without(sound, 'statements'),
  }),
  brokenProvider({
    name: 'handles-of-another-name',
    fault: 'lists its sessions under a name of the service instead of its own id',
    breaks: ['C-003'],
    wrap: (sound) =>
      alterList(sound, (observations) =>
        observations.map((observation) => ({
          ...observation,
          handle: { ...observation.handle, provider: 'scripted-service-v2' },
        })),
      ),
  }),
  brokenProvider({
    name: 'seconds',
    fault: 'passes the epoch seconds of its service through as milliseconds',
    breaks: ['C-008'],
    wrap: (sound) =>
      alterObservations(sound, (observation) => {
        const { createdAtMs } = observation.details;
        if (createdAtMs === undefined) return observation;
        return { ...observation, details: { ...observation.details, createdAtMs: createdAtMs / 1000 } };
      }),
  }),
  brokenProvider({
    name: 'fractions',
    fault: 'turns seconds into milliseconds without rounding',
    breaks: ['C-008'],
    wrap: (sound) =>
      alterObservations(sound, (observation) => ({ ...observation, sinceMs: (observation.sinceMs ?? 0) + 0.25 })),
  }),
  brokenProvider({
    name: 'incomplete-capabilities',
    fault: 'leaves out a capability that it has no answer for',
    breaks: ['C-001'],
    wrap: (sound) => {
      const { listPageSize: _missing, ...rest } = sound.capabilities;
      return alter(sound, { capabilities: Object.freeze(rest) as Capabilities });
    },
  }),
  brokenProvider({
    name: 'thinly-frozen-capabilities',
    fault: 'freezes its capabilities and not what is in them',
    breaks: ['C-001'],
    wrap: (sound) => {
      const { idleTimeoutMs } = sound.capabilities;
      return alter(sound, {
        capabilities: Object.freeze({ ...sound.capabilities, idleTimeoutMs: { ...idleTimeoutMs } }),
      });
    },
  }),
  brokenProvider({
    name: 'other-capabilities',
    fault: 'has other capabilities than its plugin says',
    breaks: ['C-001'],
    wrap: (sound) =>
      alter(sound, { capabilities: Object.freeze({ ...sound.capabilities, concurrentStatements: true }) }),
  }),
  brokenProvider({
    name: 'unsaid-endpoint',
    fault: 'has an endpoint and does not say so',
    breaks: ['C-002'],
    capabilities: { sparkConnect: false },
    wrap: (sound) =>
      alter(sound, {
        endpoint: async (handle, call) => {
          await sound.describe(handle, call);
          return { host: 'spark.invalid', port: 443, tls: true, metadata: {}, expiresAtMs: 0 };
        },
      }),
  }),
  brokenProvider({
    name: 'no-scope',
    fault: 'has no scope, because it knows only one',
    breaks: ['C-003', 'C-031'],
    wrap: (sound) => alter(sound, { scope: '' }),
  }),
  brokenProvider({
    name: 'half-milliseconds',
    fault: 'divides a duration and does not round',
    breaks: ['C-008'],
    wrap: (sound) =>
      alterObservations(sound, (observation) => ({
        ...observation,
        details: { ...observation.details, maxLifetimeMs: 86_400_000.5 },
      })),
  }),
  brokenProvider({
    name: 'expired-endpoint',
    fault: 'tells in seconds when an endpoint dies',
    breaks: ['C-008'],
    wrap: (sound) => {
      const endpoint = sound.endpoint?.bind(sound);
      if (endpoint === undefined) return sound;
      return alter(sound, {
        endpoint: async (handle, call) => {
          const opened = await endpoint(handle, call);
          return { ...opened, expiresAtMs: Math.round(opened.expiresAtMs / 1000) };
        },
      });
    },
  }),
];
