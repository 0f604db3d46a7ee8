import type { SessionError } from '../contract/session-error.ts';

/** The place of a start in the queue for a free quota. */
export interface QueuePlace {
  /** From 1: the start that is tried next. */
  readonly position: number;
  /** How many starts wait. */
  readonly length: number;
  /** When the start gives up, epoch milliseconds; `Infinity` when it does not. */
  readonly untilMs: number;
  /** What the service said about the quota. */
  readonly quota: string;
  /** All of this in one line: `2nd of 5 in the queue until 10:02:30: …`. The reason is last, because a narrow terminal cuts it. */
  readonly text: string;
}

/** A place with its text. */
export function queuePlace(place: Omit<QueuePlace, 'text'>): QueuePlace {
  const { untilMs, quota } = place;
  const until = untilMs === Number.POSITIVE_INFINITY ? '' : ` until ${clockTime(untilMs)}`;
  return { ...place, text: `${rank(place)} in the queue${until}: ${quota}` };
}

/** What a refused start says about its quota, without the advice and the full stop. */
export function quotaText({ message, advice = '' }: SessionError): string {
  const what = message.endsWith(advice) ? message.slice(0, message.length - advice.length) : message;
  return what.trimEnd().replace(/\.$/, '');
}

/** The wait in the queue is over and the quota is still used up. */
export function queueTimeoutError(refusal: SessionError, place: QueuePlace, waitedMs: number): SessionError {
  const message = `${quotaText(refusal)}; the start waited ${Math.round(waitedMs / 1000)} s and was ${rank(place)} in the queue`;
  const advice = 'Raise `queueTimeoutMs`, terminate sessions that you no longer need, or raise the quota.';
  return refusal.with({ operation: 'start', advice }, message);
}

/** The queue takes no more starts. */
export function fullQueueError(refusal: SessionError, length: number): SessionError {
  const message = `${quotaText(refusal)}; the queue is full: ${length} starts wait`;
  const advice = 'Start later, terminate sessions that you no longer need, or raise the quota.';
  return refusal.with({ operation: 'start', advice }, message);
}

/** `2nd of 5`. */
function rank({ position, length }: Pick<QueuePlace, 'position' | 'length'>): string {
  const tens = position % 100;
  const suffix = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][position % 10] ?? 'th');
  return `${position}${suffix} of ${length}`;
}

/** The time of day here, with the date unless that is today. */
function clockTime(epochMs: number): string {
  const time = new Date(epochMs);
  const text = time.toTimeString().slice(0, 8);
  return time.toDateString() === new Date().toDateString() ? text : `${time.toISOString().slice(0, 10)} ${text}`;
}
