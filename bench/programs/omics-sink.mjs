// Plays S3 and HealthOmics in a process of its own, so that a bench measures its client alone. Says its address on stdout.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const TOTAL = 100_000;
const PAGE = 100;
const calls = {};

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://here');
  const hash = createHash('md5');
  request.on('data', (chunk) => hash.update(chunk));
  request.on('end', () => {
    const [headers, body] = answer(request.method, url, hash);
    response.writeHead(200, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));

function answer(method, { pathname, searchParams }, hash) {
  const name = `${method} ${pathname}`;
  if (name === 'GET /calls') return [{}, calls];
  calls[name] = (calls[name] ?? 0) + 1;
  if (name === 'POST /runBatch') return [{}, { id: '1', status: 'CREATING' }];
  if (name === 'GET /runBatch') return [{}, { items: [] }];
  if (name === 'GET /runBatch/1') return [{}, finished()];
  if (name === 'GET /runBatch/1/run') return [{}, rows(Number(searchParams.get('startingToken') ?? 0))];
  if (searchParams.has('uploads')) return [{}, '<R><UploadId>u</UploadId></R>'];
  return [{ etag: `"${hash.digest('hex')}"` }, method === 'POST' ? '<R><ETag>"e"</ETag></R>' : ''];
}

function finished() {
  const submissionSummary = { successfulStartSubmissionCount: TOTAL };
  return {
    id: '1',
    status: 'PROCESSED',
    totalRuns: TOTAL,
    submissionSummary,
    runSummary: { completedRunCount: TOTAL },
  };
}

function rows(from) {
  const runs = Array.from({ length: PAGE }, (_, at) => {
    return { runSettingId: `r${from + at}`, runId: String(from + at), submissionStatus: 'SUCCESS' };
  });
  return from + PAGE < TOTAL ? { runs, nextToken: String(from + PAGE) } : { runs };
}
