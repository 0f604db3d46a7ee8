import type { ImaginaryCloud } from '../../../providers/_template/imaginary-sdk.ts';
import type { TemplateProvider } from '../../../providers/_template/provider.ts';
import { virtualTime, type ConformanceSubject } from '../../../src/conformance/index.ts';
import { defineCapabilities } from '../../../src/contract/capabilities.ts';
import type { ProviderPlugin } from '../../../src/contract/provider-plugin.ts';
import { VirtualClock } from '../../../src/testing/index.ts';
import { CountedCloud } from './counted-cloud.ts';

/** What the kit is run on: the template itself, or a copy of it. */
export interface TemplateModules {
  readonly plugin: ProviderPlugin;
  readonly TemplateProvider: typeof TemplateProvider;
  readonly ImaginaryCloud: typeof ImaginaryCloud;
}

const PLACE = { project: 'research', region: 'north' };

// region subject
/** The template over its imaginary cloud. */
export function templateSubject({ plugin, TemplateProvider, ImaginaryCloud }: TemplateModules): ConformanceSubject {
  // Pages so small that a few sessions fill several.
  const capabilities = defineCapabilities({ ...plugin.capabilities, listPageSize: 3 });
  return {
    name: plugin.id,
    capabilities,
    faults: ['forbidden', 'throttled', 'unavailable', 'no-answer', 'lost-answer', 'broken-start', 'unknown-state'],
    layered: false,
    patienceMs: 50,
    open: async () => {
      const clock = new VirtualClock();
      const cloud = new CountedCloud(new ImaginaryCloud(PLACE, () => clock.nowMs()));
      return {
        createProvider: () =>
          new TemplateProvider({
            id: plugin.id,
            scope: `${PLACE.project}/${PLACE.region}`,
            capabilities,
            loadClient: async () => cloud,
            clock,
          }),
        time: virtualTime(clock),
        oracle: cloud,
        unknownSessionId: 'research-north-999',
        inject: (fault) => cloud.inject(fault),
        dispose: async () => {},
      };
    },
  };
}
// endregion
