export { RecordingLogger, type LogEntry } from './recording-logger.ts';
export { RecordedSpan, RecordingTracer, type RecordedSpanEvent } from './recording-tracer.ts';
export { SeededRandom } from './seeded-random.ts';
export { VirtualClock, type RunLimits, type VirtualClockOptions } from './virtual-clock.ts';
