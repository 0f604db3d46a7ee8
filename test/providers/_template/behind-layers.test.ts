import { describe, expect, it } from 'vitest';
import { templateSubject } from '../../../providers/_template/test/template-subject.ts';
import { registerConformance } from '../../../src/conformance/index.ts';
import { behindLayers } from '../../conformance/behind-layers.ts';

const { run, notApplicable } = registerConformance({ describe, it, subject: behindLayers(templateSubject) });

it('runs all cases', () => {
  expect(run, JSON.stringify(notApplicable)).toBe(63);
});
