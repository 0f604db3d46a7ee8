import { describe, expect, it } from 'vitest';
import { messages, messagesOf } from '../../.config/message-list.ts';

/** Words that personify the software or that no native speaker would use here. */
const BANNED =
  /\b(looks?(?! like)|looked|looking|doors?|tells?|told|oddit(y|ies)|believed?|believes|strays?|mend(s|ed)?|whoever|lest|thereof|unless said|stands|stood|stand (for|in)|stand-ins?|spell(s|ed|ings?)?|heeded|bears?|for ever|of its own|for good|goes on|gives? up|lets? go|be had|all the same|amiss|anew)\b/i;

describe('the messages', () => {
  it('use none of the banned words', () => {
    expect(messages().filter(({ text }) => BANNED.test(text))).toEqual([]);
  });

  it.each([
    [`throw new Error('the session has ended');`, ['the session has ended']],
    ['f(`no session ${handle.id} in ` + `this scope`)', ['no session {id} in this scope']],
    [`const a = 'state' + x; import './a b c d.ts';`, []],
    [
      'g(`${isGone ? "it has ended already" : ""} and more than that`)',
      ['{value} and more than that', 'it has ended already'],
    ],
  ])('are found in %s', (code, texts) => {
    expect(messagesOf('a.ts', code).map(({ text }) => text)).toEqual(texts);
  });
});
