import { describe, expect, it } from 'vitest';
import { failureOf } from '../../failure-of.ts';
import { handleOf, Scene, startRequest, unlimitedCall } from '../scene.ts';

describe('the input check layer', () => {
  const scene = new Scene();
  const { provider } = scene.process();
  it.each([
    ['describe', () => provider.describe(handleOf(scene, 'a\0b'), unlimitedCall()), 'handle.id has a NUL character'],
    [
      'start',
      () => provider.start(startRequest({ name: 'a\0b' }), unlimitedCall()),
      'request.name has a NUL character',
    ],
    [
      'listPage',
      () => provider.listPage({ labels: { team: 'a\0b' } }, undefined, unlimitedCall()),
      'request.labels.team has a NUL character',
    ],
  ])('refuses a NUL in a %s before any call', async (operation, call, message) => {
    const error = await failureOf(call());
    expect(error).toMatchObject({ kind: 'invalid-request', operation, effect: 'none' });
    expect(error.message).toContain(message);
    expect(scene.service.oracle.calls).toEqual([]);
  });
});
