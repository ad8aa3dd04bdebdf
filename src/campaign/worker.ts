/** Entry of a worker thread: answers one request after another with the shard of its settings. */
import { parentPort, workerData } from 'node:worker_threads';
import { periodicCollector } from './collect.js';
import type { Reply, Request } from './executor.js';
import type { CampaignSettings } from './plan.js';
import { createShard } from './shard.js';

const settings: CampaignSettings = workerData;
const shard = createShard(settings);
const collect = periodicCollector();

parentPort?.on('message', (request: Request) => {
  const reply: Reply =
    request.ask === 'batch'
      ? { about: 'batch', result: shard.run(request.batch, request.wantCoverage) }
      : { about: 'minimise', result: shard.minimise(request.sighting, request.asFound) };
  parentPort?.postMessage(reply);
  if (request.ask === 'batch') collect(request.batch.count);
});
