/** Entry of a worker thread: answers one request after another with the shard of its settings. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadSubjects } from '../subjects/outside.js';
import { periodicCollector } from './collect.js';
import type { Reply, Request } from './executor.js';
import type { CampaignSettings } from './plan.js';
import { createShard, type Shard } from './shard.js';

const settings: CampaignSettings = workerData;
const collect = periodicCollector();
// Requests that come before the modules are loaded wait in the port.
const outside = await loadSubjects(settings.modules ?? []);
const answer: (request: Request) => Reply = outside.ok
  ? answerWith(createShard(settings, outside.subjects))
  : () => ({ about: 'modules', message: outside.message });

function answerWith(shard: Shard): (request: Request) => Reply {
  return (request) =>
    request.ask === 'batch'
      ? { about: 'batch', result: shard.run(request.batch, request.wantCoverage) }
      : { about: 'minimise', result: shard.minimise(request.sighting, request.asFound) };
}

parentPort?.on('message', (request: Request) => {
  parentPort?.postMessage(answer(request));
  if (request.ask === 'batch') collect(request.batch.count);
});
