import { alter, alterObservations, brokenProvider, without, type BrokenProvider } from './broken-provider.ts';

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
      alter(sound, {
        listPage: async (filter, cursor, call) => {
          const page = await sound.listPage(filter, cursor, call);
          const observations = page.observations.map((observation) => ({
            ...observation,
            handle: { ...observation.handle, provider: 'scripted-service-v2' },
          }));
          return { ...page, observations };
        },
      }),
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
];
