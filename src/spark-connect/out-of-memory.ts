import type { RpcFailure } from './rpc-failure.ts';

/**
 * Spark's error classes for a lack of memory: a task that gets none for its buffers, and a table too large to broadcast.
 * @see https://spark.apache.org/docs/latest/sql-error-conditions.html (read 2026-11-21)
 */
const CLASSES = ['UNABLE_TO_ACQUIRE_MEMORY', '_LEGACY_ERROR_TEMP_2250'];

/**
 * Errors of the Java machine itself arrive as a bare message, without class or details.
 * @see https://docs.oracle.com/en/java/javase/17/troubleshoot/troubleshooting-memory-leaks.html (read 2026-11-21)
 */
const JVM_MESSAGES = /^(Java heap space|GC overhead limit exceeded|Requested array size exceeds VM limit|Metaspace)$/;

/** The error of the last task of a failed job. An error that the statement itself raises has another class here. */
const LOST_TASK =
  /^\s*Job aborted due to stage failure: [^\n]*Lost task [^\n]*\(TID \d+\) \([^)]*\): (java\.lang\.OutOfMemoryError|org\.apache\.spark\.memory\.SparkOutOfMemoryError)/;

/** Whether a statement failed because the engine had too little memory. */
export function isOutOfMemory({ errorClass, spark, message }: RpcFailure): boolean {
  if (errorClass !== undefined && CLASSES.includes(errorClass)) return true;
  return LOST_TASK.test(message) || (spark === undefined && JVM_MESSAGES.test(message.trim()));
}
