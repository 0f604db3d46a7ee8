import { describe, expect, it } from 'vitest';
import { defineCapabilities, LIST_FILTER_FIELDS } from '../../src/contract/capabilities.ts';
import { SCRIPTED_CAPABILITIES } from '../../src/testing/scripted-capabilities.ts';

describe('defineCapabilities', () => {
  it('C-001 freezes the record with all that is in it', () => {
    const capabilities = defineCapabilities({
      ...SCRIPTED_CAPABILITIES,
      idleTimeoutMs: { min: 1, max: 3, default: 2 },
      maxLifetimeMs: { min: 1, max: 3, default: 2 },
      listFilters: [...LIST_FILTER_FIELDS],
      watchIntervalMs: { min: 1, max: 2 },
      callsPerSecond: { reads: 1, writes: 1 },
    });
    const parts = [capabilities, ...Object.values(capabilities)];
    expect(parts.filter((part) => !Object.isFrozen(part))).toEqual([]);
  });
});
