import { plugin } from '../../../providers/athena/plugin.ts';
import { behindLayers } from '../../conformance/behind-layers.ts';
import { emulatedSubject, FAULTS, registerSubjects, SLOW_DAY, stormSubjects } from './emulated-subject.ts';

/** The kit starts more sessions than the default quota of four DPUs allows. */
const ROOM = { spark35DpuQuota: 1_000, pyspark3DpuQuota: 1_000 };
const RATES = { readsPerSecond: 1_000, writesPerSecond: 1_000 };

const common = {
  service: 'athena' as const,
  plugin,
  name: 'athena on Spark 3.5',
  options: { region: 'us-east-1', workgroup: 'spark35', engine: 'spark-3.5', ...RATES },
  emulator: { athena: ROOM },
  faults: [...FAULTS, 'broken-calculation', 'degraded', 'busy', 'idle'] as const,
  unknownSessionId: '00000000-0000-4000-8000-000000000000',
};

const spark35 = emulatedSubject(common);
const pyspark3 = emulatedSubject({
  ...common,
  name: 'athena on PySpark 3',
  emulator: { athena: { ...ROOM, calculationMs: 10_000 } },
  options: { region: 'us-east-1', workgroup: 'pyspark3', engine: 'pyspark-v3', ...RATES },
});
const auto = emulatedSubject({
  ...common,
  name: 'athena that reads its workgroup',
  options: { region: 'us-east-1', workgroup: 'spark35', ...RATES },
});
/** Slow answers, and the other choice wherever the service's behaviour is not documented. */
const undocumented = {
  createdMs: 0,
  endpointBeforeReady: 'empty',
  unknownSessionCode: 'ResourceNotFoundException',
} as const;
const slow = emulatedSubject({
  ...common,
  name: 'athena on a slow day',
  emulator: { ...SLOW_DAY, athena: { ...ROOM, ...undocumented } },
});

registerSubjects(
  { subject: spark35, cases: 54 },
  { subject: behindLayers(spark35), cases: 58 },
  { subject: pyspark3, cases: 63 },
  { subject: behindLayers(pyspark3), cases: 67 },
  { subject: behindLayers(auto), cases: 58 },
  { subject: slow, cases: 54 },
  ...stormSubjects({ ...common, name: 'athena' }).map((subject) => ({ subject, cases: 50 })),
);
