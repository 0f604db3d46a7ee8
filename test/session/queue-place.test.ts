import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import { fullQueueError, queuePlace, queueTimeoutError, quotaText } from '../../src/session/queue-place.ts';

const refusal = new SessionError('quota-exceeded', 'The quota is 4 DPUs', { operation: 'start', advice: 'Wait.' });

describe('a place in the queue', () => {
  it.each([
    [1, '1st'],
    [2, '2nd'],
    [3, '3rd'],
    [4, '4th'],
    [10, '10th'],
    [11, '11th'],
    [12, '12th'],
    [13, '13th'],
    [14, '14th'],
    [21, '21st'],
    [111, '111th'],
    [122, '122nd'],
  ])('%d is the %s', (position, rank) => {
    const place = { position, length: 200, untilMs: Number.POSITIVE_INFINITY, quota: 'no room' };
    expect(queuePlace(place)).toEqual({ ...place, text: `${rank} of 200 in the queue: no room` });
  });

  it('says until when it waits, with the date on another day', () => {
    const place = { position: 1, length: 1, quota: 'no room' };
    const today = new Date();
    const untilMs = today.setHours(23, 59, 58, 0);
    expect(queuePlace({ ...place, untilMs }).text).toBe('1st of 1 in the queue until 23:59:58: no room');
    const later = untilMs + 40 * 24 * 3_600_000;
    expect(queuePlace({ ...place, untilMs: later }).text).toMatch(
      /^1st of 1 in the queue until \d{4}-\d\d-\d\d \d\d:\d\d:58: /,
    );
  });

  it('quotes the service without its advice and its full stop', () => {
    expect(quotaText(refusal)).toBe('The quota is 4 DPUs');
    expect(quotaText(new SessionError('quota-exceeded', 'No room', { operation: 'start' }))).toBe('No room');
  });

  it('is in the errors of a wait that is over and of a queue that is full', () => {
    const place = queuePlace({ position: 2, length: 5, untilMs: 0, quota: 'no room' });
    expect(queueTimeoutError(refusal, place, 61_400)).toMatchObject({
      kind: 'quota-exceeded',
      operation: 'start',
      message: expect.stringContaining(
        'The quota is 4 DPUs; the start waited 61 s and was 2nd of 5 in the queue',
      ) as string,
      advice: expect.stringContaining('Raise `queueTimeoutMs`') as string,
    });
    expect(fullQueueError(refusal, 1_000)).toMatchObject({
      kind: 'quota-exceeded',
      message: expect.stringContaining('The quota is 4 DPUs; the queue is full: 1000 starts wait') as string,
      advice: expect.stringContaining('Start later') as string,
    });
  });
});
