import { describe, expect, expectTypeOf, it } from 'vitest';
import type { AthenaOptions, AthenaStartNative } from '../providers/athena/index.ts';
import type { DataprocOptions } from '../providers/dataproc/index.ts';
import type { EmrEc2Options, EmrEc2StartNative } from '../providers/emr-ec2/index.ts';
import type { EmrServerlessOptions, EmrServerlessStartNative } from '../providers/emr-serverless/index.ts';
import type { GlueOptions, GlueStartNative } from '../providers/glue/index.ts';
import type { HealthOmicsOptions } from '../providers/healthomics/index.ts';
import { local, type LocalOptions } from '../providers/local/index.ts';
import type {
  BatchListOptions,
  ResubmitOptions,
  RowOptions as RunRowOptions,
  RunDefaults,
  RunSpec,
  StartBatchOptions,
  WaitOptions,
} from '../src/batches.ts';
import type { ContainerRequest } from '../src/container/index.ts';
import {
  openSessions,
  type CalculationOptions,
  type CallOptions,
  type ConfigOptions,
  type ConfigRequest,
  type EnvironmentOptions,
  type ListOptions,
  type ProviderRequest,
  type RowOptions,
  type SessionDefaults,
  type StartOptions,
  type StatementOptions,
  type TerminateOptions,
} from '../src/index.ts';

/** The optional members of a type that do not take `undefined`. */
type Refusing<T> = {
  [Key in keyof T]-?: object extends Pick<T, Key>
    ? { [Only in Key]: undefined } extends Pick<T, Key>
      ? never
      : Key
    : never;
}[keyof T];

/** The same of several types. */
type RefusingIn<Types extends readonly unknown[]> = { [Index in keyof Types]: Refusing<Types[Index]> }[number];

// Start options of Dataproc are types of Google's client.
it('every option of ours takes `undefined`, as programs with exactOptionalPropertyTypes pass it', () => {
  expectTypeOf<
    RefusingIn<
      [
        AthenaOptions,
        AthenaStartNative,
        DataprocOptions,
        EmrEc2Options,
        EmrEc2StartNative,
        EmrServerlessOptions,
        EmrServerlessStartNative,
        GlueOptions,
        GlueStartNative,
        HealthOmicsOptions,
        LocalOptions,
      ]
    >
  >().toEqualTypeOf<never>();
  expectTypeOf<
    RefusingIn<
      [
        CalculationOptions,
        CallOptions,
        ConfigOptions,
        ConfigRequest,
        ContainerRequest,
        EnvironmentOptions,
        ListOptions,
        ProviderRequest,
        RowOptions,
        SessionDefaults,
        StartOptions,
        StatementOptions,
        TerminateOptions,
      ]
    >
  >().toEqualTypeOf<never>();
  expectTypeOf<
    RefusingIn<[BatchListOptions, ResubmitOptions, RunRowOptions, RunDefaults, RunSpec, StartBatchOptions, WaitOptions]>
  >().toEqualTypeOf<never>();
});

describe('an option that is `undefined`', () => {
  it('counts as left out, in a provider, a configuration, a start and a statement', async () => {
    const provider = local({ engine: undefined, database: undefined, threads: undefined, init: undefined });
    await using sessions = await openSessions({ provider, session: undefined, owner: undefined, env: undefined });
    await using session = await sessions.start({
      name: undefined,
      key: undefined,
      labels: undefined,
      sparkConf: undefined,
    });
    const result = await session.sql('SELECT 1 AS n', {
      parameters: undefined,
      signal: undefined,
      timeoutMs: undefined,
    });
    expect(await result.rows()).toEqual([{ n: 1 }]);
    const environment = { provider: 'local', session: undefined, threads: undefined };
    const config = {
      extends: undefined,
      owner: undefined,
      defaultEnvironment: undefined,
      environments: { dev: environment },
    };
    await using configured = await openSessions({ config, environment: undefined, cwd: undefined });
    expect(configured.environment).toBe('dev');
  });
});
