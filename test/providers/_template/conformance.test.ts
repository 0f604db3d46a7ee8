import { describe, expect, it } from 'vitest';
import { ImaginaryCloud } from '../../../providers/_template/imaginary-sdk.ts';
import { plugin } from '../../../providers/_template/plugin.ts';
import { TemplateProvider } from '../../../providers/_template/provider.ts';
import { registerConformance } from '../../../src/conformance/index.ts';
import { behindLayers } from '../../conformance/behind-layers.ts';
import { templateSubject } from './template-subject.ts';

const subject = templateSubject({ plugin, TemplateProvider, ImaginaryCloud });

describe.each([
  { subject, run: 56 },
  { subject: behindLayers(subject), run: 63 },
])('$subject.name', ({ subject, run }) => {
  const registered = registerConformance({ describe, it, subject });

  it(`runs ${run} cases`, () => {
    expect(registered.run).toBe(run);
  });
});
