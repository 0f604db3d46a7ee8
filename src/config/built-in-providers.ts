import type { BatchPlugin, ProviderPlugin } from '../contract/provider-plugin.ts';

/** A provider that comes with anysession; its plugin loads on demand. */
export type BuiltInProvider =
  | { readonly runs: 'sessions'; load(): Promise<{ readonly plugin: ProviderPlugin }> }
  | { readonly runs: 'batches'; load(): Promise<{ readonly plugin: BatchPlugin }> };

/** The built-in providers by id. Each `import()` is literal, so that bundlers and file tracers follow it. */
export const BUILT_IN_PROVIDERS: Readonly<Record<string, BuiltInProvider>> = {
  athena: { runs: 'sessions', load: () => import('../../providers/athena/plugin.ts') },
  dataproc: { runs: 'sessions', load: () => import('../../providers/dataproc/plugin.ts') },
  'emr-ec2': { runs: 'sessions', load: () => import('../../providers/emr-ec2/plugin.ts') },
  'emr-serverless': { runs: 'sessions', load: () => import('../../providers/emr-serverless/plugin.ts') },
  glue: { runs: 'sessions', load: () => import('../../providers/glue/plugin.ts') },
  healthomics: { runs: 'batches', load: () => import('../../providers/healthomics/plugin.ts') },
  local: { runs: 'sessions', load: () => import('../../providers/local/plugin.ts') },
};

/** The ids of the built-in providers, sorted. */
export const BUILT_IN_IDS: readonly string[] = Object.keys(BUILT_IN_PROVIDERS).sort();
