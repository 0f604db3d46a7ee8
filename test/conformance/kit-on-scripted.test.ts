import { describe, expect, it } from 'vitest';
import { registerConformance } from '../../src/conformance/index.ts';
import { behindLayers } from './behind-layers.ts';
import { POOR_CAPABILITIES, scriptedSubject } from './scripted-subject.ts';

const everything = scriptedSubject(
  { size: true, sparkConf: true, calculations: true },
  'scripted with every capability',
);
const nothing = scriptedSubject(POOR_CAPABILITIES, 'scripted with no capability');
const byName = scriptedSubject({ idempotency: 'name' }, 'scripted with names for tokens');
const silent = scriptedSubject({ reportsBusy: false }, 'scripted without busy states', {
  takesWorkWhileBusy: true,
});

describe.each([
  { subject: everything, run: 80 },
  { subject: behindLayers(everything), run: 82 },
  { subject: nothing, run: 57 },
  { subject: behindLayers(nothing), run: 65 },
  { subject: byName, run: 70 },
  { subject: behindLayers(byName), run: 74 },
  { subject: silent, run: 70 },
])('$subject.name', ({ subject, run }) => {
  const registered = registerConformance({ describe, it, subject });

  it(`runs ${run} cases`, () => {
    expect(registered.run).toBe(run);
  });
});
