import { describe, expect, it } from 'vitest';
import { problemOfNative, withNewerSettings } from '../../../providers/healthomics/native-setting.ts';

describe('defaults.native', () => {
  it.each([
    { cacheId: '123', cacheBehavior: 'CACHE_ALWAYS', runGroupId: '7', storageCapacity: 1200 },
    { logLevel: 'ALL', retentionMode: 'REMOVE', storageType: 'DYNAMIC', workflowOwnerId: '123456789012' },
    { networkingMode: 'VPC', configurationName: 'vpc-1', outputBucketOwnerId: '123456789012' },
    {
      engineSettings: { profile: 'fast' },
      scratchStorageMode: 'SHARED',
      sessionPolicy: '{\n}',
      workflowType: 'PRIVATE',
    },
    { cacheId: undefined },
  ])('takes %j', (native) => {
    expect(problemOfNative(native)).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [[], 'native must be a map'],
    [{ name: 'x' }, 'native.name is set by `name`'],
    [{ runTags: {} }, 'native.runTags is set by `tags`'],
    [{ storageTyp: 'STATIC' }, "native has no 'storageTyp'; members are"],
    [{ toString: 1 }, "native has no 'toString'"],
    [{ storageType: 'static' }, 'native.storageType must be STATIC or DYNAMIC'],
    [{ cacheId: '1'.repeat(19) }, 'native.cacheId must be the 1 to 18 digits'],
    [{ storageCapacity: 100_001 }, 'native.storageCapacity must be a whole number'],
    [{ storageCapacity: 0.5 }, 'native.storageCapacity must be a whole number'],
    [{ workflowOwnerId: '1' }, 'native.workflowOwnerId must be the 12 digits'],
    [{ configurationName: '-x' }, 'native.configurationName must be a name'],
    [{ engineSettings: 'fast' }, 'native.engineSettings must be a map'],
    [{ scratchStorageMode: 'BOTH' }, 'native.scratchStorageMode must be LOCAL or SHARED'],
    [{ sessionPolicy: 'x'.repeat(2049) }, 'native.sessionPolicy must be a policy'],
    [{ workflowType: 'READY2RUN' }, 'READY2RUN workflows do not run in batches'],
  ])('refuses, case %#', (native, message) => {
    expect(problemOfNative(native)).toContain(message);
  });

  it('puts into a request what its serializer did not know, and changes nothing else', () => {
    const body = '{"requestId":"t","defaultRunSetting":{"workflowId":"1","priority":0}}';
    const input = { defaultRunSetting: { workflowId: 1, scratchStorageMode: 'LOCAL', cacheId: undefined } };
    const expected = {
      requestId: 't',
      defaultRunSetting: { workflowId: '1', scratchStorageMode: 'LOCAL', priority: 0 },
    };
    expect(JSON.parse(withNewerSettings(body, input))).toEqual(expected);
    expect(JSON.parse(withNewerSettings(new TextEncoder().encode(body), input))).toEqual(expected);
  });
});
