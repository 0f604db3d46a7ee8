import { describe, expect, it } from 'vitest';
import { registerConformance } from '../../../src/conformance/index.ts';
import { behindLayers } from '../../conformance/behind-layers.ts';
import { localSubject } from './local-subject.ts';

describe.each([
  { subject: localSubject, run: 45 },
  { subject: behindLayers(localSubject), run: 49 },
])('$subject.name', ({ subject, run }) => {
  const registered = registerConformance({ describe, it, subject });

  it(`runs ${run} cases`, () => {
    expect(registered.run).toBe(run);
  });
});
