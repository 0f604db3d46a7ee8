/**
 * What a session costs, and a limit on it. The price here is invented: write those of your region and contract.
 */
import { openSessions } from 'anysession';

const prices = { currency: 'EUR', sessionHour: 0.6 };
await using sessions = await openSessions({ config: { environments: { laptop: { provider: 'local', prices } } } });
await using session = await sessions.start({ maxSpend: 2 });
session.on('spend', ({ spent, maxSpend, currency }) => console.log(`${spent} of ${maxSpend} ${currency} are spent`));

await session.sql('SELECT 42');
const cost = await session.cost();
console.log(cost.known ? `${cost.amount.toFixed(4)} ${cost.currency}, ${cost.basis}: ${cost.formula}` : cost.why);

let total = 0;
for await (const { cost: each } of sessions.costs()) total += each.known ? each.amount : 0;
console.log(`all sessions: ${total.toFixed(4)} ${prices.currency}`);
